// The list of messages: where each one stands, what is new, and where the reader is.

import { fillBubble } from "./bubble.js";
import { aloud, body, fillCard, fillTrails } from "./card.js";
import { find, icon, make } from "./dom.js";
import { day, say } from "./frame.js";

const GUARD = 400; // ms; the server ignores a press that was meant for the card before

const log = find("log");
const shown = new Map(); // ref or client → {message, article}
let lastDay = "";
let following = true;
let gliding = false; // on its way to the end by itself, which is not the reader's leaving it
let unread = 0;

export function watchLog() {
  log.addEventListener("scroll", () => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    following = atEnd || gliding;
    if (atEnd) gliding = false;
    if (following) find("newest").hidden = true;
  });
  for (const touch of ["wheel", "pointerdown", "keydown"]) {
    log.addEventListener(touch, () => (gliding = false), { passive: true });
  }
  find("newest").addEventListener("click", () => toEnd({ smooth: true }));
  new ResizeObserver(() => following && toEnd()).observe(log);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) count(0);
  });
}

export function fill(messages, does) {
  log.setAttribute("aria-live", "off");
  log.replaceChildren();
  shown.clear();
  lastDay = "";
  for (const message of messages) put(message, does, { quiet: true });
  toEnd();
  // What was said before the page came is not news.
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

export const isEmpty = () => shown.size === 0;

export function put(message, does, { quiet = false } = {}) {
  const known = shown.get(message.ref) ?? (message.client ? shown.get(message.client) : undefined);
  if (known) change(known, message, does);
  else append(message, does, quiet);
  mark();
}

function append(message, does, quiet) {
  log.querySelector(".empty")?.remove();
  const date = day(new Date(message.at));
  if (date !== lastDay) log.append(make("p", { class: "day", textContent: date }));
  lastDay = date;
  const article = make("article", { class: message.mine ? "bubble" : "card" });
  if (!quiet) article.classList.add("arriving");
  build(article, message, does);
  remember({ message, article });
  log.append(article);
  if (quiet) return;
  if (following || message.mine) toEnd({ smooth: true });
  else find("newest").hidden = false;
  if (document.hidden && !message.mine && !message.silent) count(unread + 1);
}

function change(known, message, does) {
  const { article, message: old } = known;
  if (message.version !== undefined && old.version !== undefined && message.version <= old.version) return;
  known.message = message;
  remember(known);
  // It is in the history, but the service could not work on it: it waits to be sent again.
  if (article.dataset.state === "failed") return;
  if (!message.mine && body(old) === body(message)) {
    fillTrails(article, message);
    return;
  }
  // Spoken through its own live region: a change inside a log is read twice, or not at all.
  article.setAttribute("aria-live", "off");
  const at = [...article.querySelectorAll(".press")].indexOf(document.activeElement);
  build(article, message, does);
  if (message.mine) return;
  guard(article);
  if (at >= 0) {
    const stops = article.querySelectorAll(".press");
    (stops[at] ?? stops[stops.length - 1] ?? find("log")).focus({ preventScroll: true });
  }
  const region = find("aloud");
  region.textContent = "";
  setTimeout(() => {
    region.textContent = `${say("updated")} ${aloud(message)}`;
  }, 50);
  article.classList.remove("arriving", "changed");
  void article.offsetWidth; // starts the animation anew
  article.classList.add("changed");
  if (following) toEnd();
}

function build(article, message, does) {
  if (message.mine) fillBubble(article, message);
  else fillCard(article, message, does);
}

function remember(entry) {
  if (entry.message.ref) shown.set(entry.message.ref, entry);
  if (entry.message.client) shown.set(entry.message.client, entry);
}

function guard(article) {
  const buttons = [...article.querySelectorAll("button.press")];
  for (const button of buttons) button.setAttribute("aria-disabled", "true");
  setTimeout(() => {
    for (const button of buttons) button.removeAttribute("aria-disabled");
  }, GUARD);
}

function mark() {
  const cards = [...log.querySelectorAll(".card")].filter((card) => card.querySelector(".press"));
  for (const card of cards) card.classList.toggle("current", card === cards[cards.length - 1]);
}

export const articleOf = (key) => shown.get(key)?.article;

export const currentButtons = () => [...log.querySelectorAll(".card.current .press")].slice(0, 9);

export function toEnd({ smooth = false } = {}) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  gliding = smooth && !calm;
  log.scrollTo({ top: log.scrollHeight, behavior: gliding ? "smooth" : "instant" });
  following = true;
  find("newest").hidden = true;
}

export const stay = () => following && toEnd();

export function thinking(on) {
  log.querySelector(".thinking")?.remove();
  if (!on) return;
  log.append(make("div", { class: "thinking", "aria-hidden": "true" }, make("i"), make("i"), make("i")));
  if (following) toEnd();
}

export function showEmpty(begin) {
  if (!isEmpty() || log.querySelector(".empty")) return;
  log.append(
    make(
      "div",
      { class: "empty" },
      make("img", { src: "/chat/static/mark.svg", alt: "", width: 56, height: 56 }),
      make("p", { textContent: say("empty") }),
      make("button", { type: "button", class: "press", onclick: begin }, icon("check"), make("span", { textContent: say("begin") })),
    ),
  );
}

function count(messages) {
  unread = messages;
  document.title = messages ? `(${messages}) chatcrowd` : "chatcrowd";
}
