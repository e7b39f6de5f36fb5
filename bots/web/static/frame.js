// What the server said about this page: its words, its language, and what it allows.

import { find, icon, make } from "./dom.js";

export const frame = { texts: {}, locale: "en", csrf: "", persona: null, upload: 0 };

export const say = (name) => frame.texts[name] ?? "";

export function setFrame(opened) {
  Object.assign(frame, {
    texts: opened.texts,
    locale: opened.locale,
    csrf: opened.csrf,
    persona: opened.persona,
    upload: opened.upload,
  });
  document.documentElement.lang = opened.locale;
  document.documentElement.dir = opened.dir;
  find("skip").textContent = say("skip");
  find("log").setAttribute("aria-label", say("chat"));
  find("log").setAttribute("aria-description", say("number_keys"));
  find("drop").textContent = say("drop");
  find("commands").setAttribute("aria-label", say("commands"));
  label(find("menu"), "menu", say("commands"));
  label(find("attach"), "attach", say("attach"));
  label(find("send"), "send", say("send"));
  label(find("newest"), "down", say("newest"));
  label(find("zoom").querySelector("button"), "close", say("close"));
  const words = find("words");
  words.placeholder = say("placeholder");
  words.setAttribute("aria-label", say("placeholder"));
  words.maxLength = opened.text;
}

function label(button, picture, words) {
  button.replaceChildren(icon(picture));
  button.setAttribute("aria-label", words);
  button.title = words;
}

export function showPersonas(personas, choose) {
  const group = find("personas");
  group.hidden = personas.length === 0;
  group.setAttribute("aria-label", say("persona"));
  group.replaceChildren(
    ...personas.map(({ id, name }) =>
      make("button", {
        type: "button",
        textContent: name,
        "aria-pressed": String(id === frame.persona),
        onclick: () => id === frame.persona || choose(id),
      }),
    ),
  );
}

// The page's language, the way it is written where the reader lives: en is en-GB for a British browser.
function local() {
  const language = frame.locale.split("-")[0];
  return navigator.languages.find((tag) => tag.split("-")[0] === language) ?? frame.locale;
}

export const time = (at) =>
  new Intl.DateTimeFormat(local(), { hour: "2-digit", minute: "2-digit" }).format(at);

export const day = (at) =>
  new Intl.DateTimeFormat(local(), { weekday: "long", day: "numeric", month: "long" }).format(at);

export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const style = { style: "unit", unit: units[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(local(), style).format(bytes / 1000 ** step);
}
