// The keyboard outside the composer: digits press the newest card's buttons, letters begin a message.

import { show } from "./commands.js";
import { find } from "./dom.js";
import { currentButtons } from "./log.js";

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.target.closest("textarea, input, dialog[open]")) return;
    if (/^[1-9]$/.test(event.key)) {
      const button = currentButtons()[Number(event.key) - 1];
      if (!button) return;
      event.preventDefault();
      button.focus({ preventScroll: true });
      button.click();
    } else if (event.key === "/") {
      event.preventDefault();
      find("words").value = "/";
      find("words").focus();
      show();
    } else if (event.key.length === 1 && event.key !== " " && !/\d/.test(event.key)) {
      find("words").focus(); // the letter itself arrives there
    }
  });
}
