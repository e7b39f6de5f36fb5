// The command menu above the composer.

import { find, make } from "./dom.js";
import { say } from "./frame.js";

const list = find("commands");
const words = find("words");
let menu = [];
let active = -1;
let choose = () => {};

export function onCommand(chosen) {
  choose = chosen;
}

export function setMenu(commands) {
  menu = commands;
  find("menu").hidden = menu.length === 0;
  if (!list.hidden) show();
}

export const isCommand = (name) => menu.some(([known]) => known === name);

export const isOpen = () => !list.hidden;

export function follow() {
  const typed = /^\/([A-Za-z0-9_]*)$/.exec(words.value);
  if (typed && menu.length) show(typed[1].toLowerCase());
  else hide();
}

export function show(prefix = "") {
  const matching = menu.filter(([name]) => name.startsWith(prefix));
  const options = matching.map(([name, description], index) =>
    make(
      "li",
      { role: "option", id: `command-${index}`, "aria-selected": "false", onclick: () => pick(name) },
      make("b", { textContent: `/${name}`, dir: "ltr" }),
      make("span", { textContent: description }),
    ),
  );
  for (const option of options) option.addEventListener("pointerdown", (event) => event.preventDefault());
  list.replaceChildren(...(options.length ? options : [make("li", { class: "none", role: "option", "aria-disabled": "true", textContent: say("no_commands") })]));
  list.hidden = false;
  find("menu").setAttribute("aria-expanded", "true");
  point(prefix && options.length ? 0 : -1);
}

export function hide() {
  list.hidden = true;
  find("menu").setAttribute("aria-expanded", "false");
  point(-1);
}

// True when the key was meant for the menu.
export function key(event) {
  if (list.hidden) return false;
  const options = [...list.querySelectorAll("[aria-selected]")];
  if (event.key === "Escape") hide();
  else if (event.key === "ArrowDown") point((active + 1) % Math.max(1, options.length));
  else if (event.key === "ArrowUp") point((active <= 0 ? options.length : active) - 1);
  else if (event.key === "Enter" && active >= 0) options[active].click();
  else if (event.key === "Tab" && active >= 0 && !event.shiftKey) {
    words.value = `${options[active].querySelector("b").textContent} `;
    hide();
  } else return false;
  return true;
}

function pick(name) {
  hide();
  choose(`/${name}`);
}

function point(index) {
  active = index;
  words.removeAttribute("aria-activedescendant");
  for (const [at, option] of [...list.querySelectorAll("[aria-selected]")].entries()) {
    option.setAttribute("aria-selected", String(at === active));
    if (at !== active) continue;
    words.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
}
