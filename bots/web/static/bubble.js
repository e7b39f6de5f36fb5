// Builds the person's own words and files.

import { icon, make } from "./dom.js";
import { say, size, time } from "./frame.js";

export function fillBubble(article, message) {
  article.className = "bubble";
  article.dataset.state = message.state ?? "sent";
  const stamp = make("time", { class: "at", dateTime: message.at, textContent: time(new Date(message.at)) });
  article.replaceChildren(
    make("span", { class: "unseen", textContent: say("you") }),
    make(
      "div",
      { class: "body" },
      message.file ? file(message.file) : null,
      message.text ? make("p", { textContent: message.text, dir: "auto" }) : null,
      message.state === "sending" && message.file ? make("progress", { max: 1, value: 0, "aria-label": say("sending") }) : null,
    ),
    message.state === "failed" ? failed(message.retry) : stamp,
  );
}

export function progress(article, share) {
  const bar = article.querySelector("progress");
  if (bar) bar.value = share;
}

function file({ name, size: bytes }) {
  const length = bytes === null ? null : make("span", { class: "size", textContent: size(bytes) });
  return make("div", { class: "file" }, icon("file"), make("bdi", { textContent: name }), length);
}

function failed(retry) {
  return make(
    "p",
    { class: "failed", role: "alert" },
    make("span", { textContent: `${say("not_sent")} ` }),
    retry ? make("button", { type: "button", textContent: say("again"), onclick: retry }) : null,
  );
}
