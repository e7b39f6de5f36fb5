// Hears what changes; after a break it goes on from the last version it saw.

import { address } from "./api.js";
import { find } from "./dom.js";
import { say } from "./frame.js";

let source = null;
let retry = 0;
let timer = 0;

export function hear(version, on) {
  hush();
  let seen = version;
  const connect = () => {
    source = new EventSource(address("/chat/live", `after=${seen}`));
    source.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      seen = Math.max(seen, message.version);
      on.message(message);
    });
    source.addEventListener("menu", (event) => on.menu(JSON.parse(event.data)));
    source.addEventListener("open", () => {
      retry = 0;
      state(true);
    });
    source.addEventListener("error", () => {
      state(false);
      if (source.readyState !== EventSource.CLOSED) return;
      // The browser gave up: the server answered, but not with a stream.
      retry += 1;
      timer = setTimeout(connect, Math.min(15000, 500 * 2 ** retry));
      on.refused();
    });
  };
  connect();
}

export function hush() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

let lost = 0;

function state(connected) {
  const line = find("state");
  clearTimeout(lost);
  if (connected) {
    line.textContent = "";
    line.classList.remove("lost");
    return;
  }
  // A short break is nobody's worry.
  lost = setTimeout(() => {
    line.textContent = say("reconnecting");
    line.classList.add("lost");
  }, 900);
}
