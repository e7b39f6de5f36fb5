// Short answers that go away by themselves, unless they are alerts.

import { find, icon, make } from "./dom.js";
import { say } from "./frame.js";

export function toast(words, { alert = false } = {}) {
  if (!words) return;
  const close = () => {
    node.classList.add("leaving");
    setTimeout(() => node.remove(), 200);
  };
  const node = make(
    "div",
    { class: alert ? "toast alert" : "toast", role: alert ? "alert" : null, dir: "auto" },
    make("span", { textContent: words }),
    make("button", { type: "button", "aria-label": say("close"), onclick: close }, icon("close")),
  );
  const toasts = find("toasts");
  for (const old of toasts.querySelectorAll(".toast:not(.alert)")) old.remove();
  toasts.append(node);
  if (alert) return;
  let timer = 0;
  const start = () => {
    timer = setTimeout(close, 3500 + 45 * words.length);
  };
  for (const event of ["pointerenter", "focusin"]) node.addEventListener(event, () => clearTimeout(timer));
  for (const event of ["pointerleave", "focusout"]) node.addEventListener(event, start);
  start();
}
