// Puts the page together: one chat at a time, of one person or of one of the demo's roles.

import { Failed, newId, open, post, upload } from "./api.js";
import { fillBubble, progress } from "./bubble.js";
import { isCommand, setMenu } from "./commands.js";
import { clear, watchComposer } from "./composer.js";
import { find } from "./dom.js";
import { frame, say, setFrame, showPersonas } from "./frame.js";
import { watchKeys } from "./keys.js";
import { hear, hush } from "./live.js";
import { articleOf, fill, isEmpty, put, showEmpty, stay, thinking, toEnd, watchLog } from "./log.js";
import { toast } from "./toasts.js";

const SLOW = 450; // ms until waiting is shown
let spoken = ""; // the language of the last message, so that the frame follows it once

const does = {
  isCommand,
  command: (text) => send(text, null),
  copied: () => toast(say("copied")),
  loaded: stay,
  zoom(source, alt) {
    const dialog = find("zoom");
    const image = dialog.querySelector("img");
    image.src = source;
    image.alt = alt;
    dialog.showModal();
  },
  async press(ref, data, button) {
    const card = articleOf(ref);
    if (button.getAttribute("aria-disabled") || card.getAttribute("aria-busy")) return;
    card.setAttribute("aria-busy", "true");
    button.classList.add("pending");
    try {
      show(await post("/chat/press", { id: newId(), data, message: ref }));
    } catch (error) {
      complain(error);
    } finally {
      card.removeAttribute("aria-busy");
      button.classList.remove("pending");
    }
  },
};

const on = {
  message(message) {
    thinking(false);
    put(message, does);
    if (!message.mine && message.locale !== spoken) {
      spoken = message.locale;
      if (spoken !== frame.locale) reframe();
    }
  },
  menu: setMenu,
  refused: () => reframe().catch(() => {}),
};

async function send(text, file) {
  const client = newId();
  const message = { mine: true, client, text: text.trim(), at: new Date().toISOString(), state: "sending" };
  if (file) message.file = { name: file.name, size: file.size };
  put(message, does);
  await deliver(message, file);
}

async function deliver(message, file) {
  const article = articleOf(message.client);
  fillBubble(article, { ...message, state: "sending" });
  const slow = setTimeout(() => thinking(true), SLOW);
  try {
    show(
      await (file
        ? upload(message.client, file, message.text, (share) => progress(article, share))
        : post("/chat/say", { id: message.client, text: message.text })),
    );
    if (article.dataset.state === "sending") fillBubble(article, { ...message, state: "sent" });
  } catch (error) {
    if (error.name !== "not_sent") complain(error);
    fillBubble(article, { ...message, state: "failed", retry: () => deliver(message, file) });
  } finally {
    clearTimeout(slow);
    thinking(false);
  }
}

// Retries of the same arrival are one event, whichever tab began it.
async function begin(id) {
  const slow = setTimeout(() => thinking(true), SLOW);
  try {
    show(await post("/chat/say", { id, text: "/start", arrival: true }));
  } catch (error) {
    complain(error);
  } finally {
    clearTimeout(slow);
    thinking(false);
  }
  setTimeout(() => showEmpty(() => begin(newId())), 3000);
}

function show({ toast: answer }) {
  if (answer) toast(answer.words, answer);
}

function complain(error) {
  const name = error instanceof Failed && say(error.name) ? error.name : "not_sent";
  toast(say(name), { alert: true });
}

async function reframe() {
  const opened = await open(frame.persona);
  setFrame(opened);
  showPersonas(opened.personas, change);
}

const change = (persona) => enter(persona).catch(complain);

async function enter(persona) {
  hush();
  const opened = await open(persona);
  setFrame(opened);
  const query = opened.persona ? `?as=${opened.persona}` : "";
  history.replaceState(null, "", `/${query}`);
  showPersonas(opened.personas, change);
  setMenu(opened.menu);
  clear();
  fill(opened.messages, does);
  spoken = opened.locale;
  hear(opened.version, on);
  if (isEmpty()) await begin("arrival");
}

async function start() {
  watchLog();
  watchKeys();
  watchComposer(send);
  find("zoom").addEventListener("click", () => find("zoom").close());
  const persona = new URLSearchParams(location.search).get("as");
  for (let pause = 500; ; pause = Math.min(pause * 2, 8000)) {
    try {
      await enter(persona);
      break;
    } catch {
      await new Promise((wake) => setTimeout(wake, pause));
    }
  }
  toEnd();
}

start();
