// Builds our messages: cards with a picture, words, a file and buttons.

import { icon, make } from "./dom.js";
import { say, time } from "./frame.js";

const TAGS = { title: "h2", para: "p", quote: "blockquote", note: "p" };

// `does` has press(ref, data, button), command(text), zoom(address, alt), copied(), loaded().
export function fillCard(article, message, does) {
  article.lang = message.locale;
  article.dir = message.dir;
  const body = make("div", { class: "body" });
  if (message.picture) body.append(picture(message, does));
  for (const [kind, words] of message.parts) body.append(part(kind, words, does));
  if (message.file) body.append(file(message.file));
  const rows = message.rows.map((row) =>
    make("div", { class: `row of${Math.min(row.length, 8)}` }, ...row.map((button) => press(button, message, does))),
  );
  if (rows.length) body.append(make("div", { class: "rows" }, ...rows));
  article.replaceChildren(
    make("div", { class: "trail before" }),
    make("span", { class: "unseen", textContent: say("bot") }),
    body,
    make("time", { class: "at", dateTime: message.at, textContent: time(new Date(message.at)) }),
    make("div", { class: "trail after" }),
  );
  number(article);
  fillTrails(article, message);
}

export function fillTrails(article, message) {
  const [before, after] = article.querySelectorAll(".trail");
  const more = message.more ? [make("span", { class: "more", textContent: `+${message.more}` })] : [];
  const earlier = message.before.length ? before : after;
  before.replaceChildren(...(earlier === before ? more : []), ...message.before.map(chip));
  after.replaceChildren(...(earlier === after ? more : []), ...message.after.map(chip));
}

export const body = (message) =>
  JSON.stringify([message.locale, message.parts, message.rows, message.picture, message.alt, message.file]);

export const aloud = (message) => [message.alt, ...message.parts.map(([, words]) => words)].filter(Boolean).join("\n");

function chip(label) {
  return make(
    "span",
    { class: "chip" },
    make("span", { class: "unseen", textContent: `${say("you_chose")} ` }),
    icon("check"),
    make("bdi", { textContent: label }),
  );
}

function part(kind, words, does) {
  if (kind === "code") return code(words, does);
  if (kind === "quote") return make("blockquote", { class: kind, dir: "auto", textContent: words });
  const node = make(TAGS[kind], { class: kind });
  let end = 0;
  // What is to be judged stays as it is; in our own words a command can be tapped, with the number it names.
  for (const match of words.matchAll(/(?<=^|[\s\u2066-\u2069(（])\/([a-z]{2,32})(?: \d+)?(?![\w/]|\.\w)/g)) {
    if (!does.isCommand(match[1])) continue;
    node.append(words.slice(end, match.index));
    node.append(
      make("button", { type: "button", class: "command", textContent: match[0], dir: "ltr", onclick: () => does.command(match[0]) }),
    );
    end = match.index + match[0].length;
  }
  node.append(words.slice(end));
  return node;
}

function code(words, does) {
  const copy = async () => {
    await navigator.clipboard.writeText(words);
    does.copied();
  };
  return make(
    "div",
    { class: "code" },
    make("code", { textContent: words, dir: "ltr" }),
    make("button", { type: "button", class: "tool", title: say("copy"), "aria-label": say("copy"), onclick: copy }, icon("copy")),
  );
}

function picture(message, does) {
  const alt = message.alt || say("picture");
  const image = make("img", { src: message.picture, alt, decoding: "async" });
  const frame = make(
    "button",
    { type: "button", class: "picture", title: say("enlarge"), onclick: () => does.zoom(message.picture, alt) },
    image,
    make("span", { class: "unseen", textContent: say("enlarge") }),
  );
  image.addEventListener("load", () => {
    frame.classList.add("there");
    does.loaded();
  });
  image.addEventListener("error", () => {
    frame.replaceWith(make("p", { class: "note", textContent: `${say("no_picture")} ${message.alt ?? ""}` }));
  });
  return frame;
}

function file({ name, url }) {
  return make(
    "a",
    { class: "file", href: url, download: name },
    icon("file"),
    make("bdi", { textContent: name }),
    make("span", { class: "unseen", textContent: say("download") }),
    icon("download"),
  );
}

function press(button, message, does) {
  const words = make("bdi", { textContent: button.label });
  if ("data" in button) {
    const node = make("button", { type: "button", class: "press", onclick: () => does.press(message.ref, button.data, node) }, words);
    return node;
  }
  return make(
    "a",
    { class: "press link", href: button.url, target: "_blank", rel: "noopener noreferrer" },
    words,
    icon("out"),
    make("span", { class: "unseen", textContent: `(${say("new_window")})` }),
  );
}

function number(article) {
  const buttons = [...article.querySelectorAll(".press")].slice(0, 9);
  for (const [index, button] of buttons.entries()) {
    button.prepend(make("span", { class: "key", "aria-hidden": "true", textContent: String(index + 1) }));
  }
}
