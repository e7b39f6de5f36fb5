// Where the person writes, and where a file waits to be sent.

import { follow, hide, isOpen, key, onCommand, show } from "./commands.js";
import { find, icon, make } from "./dom.js";
import { frame, say, size } from "./frame.js";
import { toast } from "./toasts.js";

const words = find("words");
const form = find("composer");
const chooser = find("file");
let waiting = null;
let preview = "";

// `send` takes the text and the file, either of which may be missing.
export function watchComposer(send) {
  const submit = () => {
    const text = words.value;
    if (!text.trim() && !waiting) return;
    const file = waiting;
    words.value = "";
    hold(null);
    grow();
    hide();
    send(text, file);
  };
  onCommand((command) => {
    if (words.value.startsWith("/")) words.value = "";
    grow();
    send(command, null);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (key(event)) event.preventDefault();
    else if (event.key === "Escape") document.activeElement.blur();
    else if (event.key === "Enter" && event.target === words && !event.shiftKey && hasKeyboard()) {
      event.preventDefault();
      submit();
    }
  });
  words.addEventListener("input", () => {
    grow();
    follow();
  });
  words.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  find("menu").addEventListener("click", () => (isOpen() ? hide() : show()));
  document.addEventListener("pointerdown", (event) => {
    if (!form.contains(event.target)) hide();
  });
  find("attach").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    take(chooser.files);
    chooser.value = "";
  });
  watchDrop();
}

export const clear = () => {
  words.value = "";
  hold(null);
  grow();
  hide();
};

const hasKeyboard = () => !matchMedia("(pointer: coarse)").matches;

function grow() {
  words.dir = words.value ? "auto" : ""; // an empty field has the direction of its placeholder
  words.style.height = "auto";
  words.style.height = `${Math.min(words.scrollHeight, 168)}px`;
}

function take(files) {
  if (files.length > 1) toast(say("one_file"));
  const [file] = files;
  if (!file) return;
  if (file.size > frame.upload) toast(say("too_large"), { alert: true });
  else hold(file);
}

function hold(file) {
  waiting = file;
  if (preview) URL.revokeObjectURL(preview);
  preview = "";
  const tray = find("tray");
  tray.hidden = file === null;
  if (file === null) return;
  if (/^image\/(png|jpeg|webp|gif)$/.test(file.type)) preview = URL.createObjectURL(file);
  tray.replaceChildren(
    preview ? make("img", { src: preview, alt: "" }) : icon("file"),
    make("bdi", { textContent: file.name }),
    make("span", { class: "size", textContent: size(file.size) }),
    make("button", { type: "button", class: "tool", title: say("detach"), "aria-label": say("detach"), onclick: () => hold(null) }, icon("close")),
  );
  words.focus();
}

function watchDrop() {
  const drop = find("drop");
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    drop.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) drop.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    drop.hidden = true;
    take(event.dataTransfer.files);
  });
}
