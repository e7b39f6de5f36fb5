// Requests to the server: events go one after another, and a repeated one carries the same id.

import { frame } from "./frame.js";

const PAUSES = [800, 2500];
let line = Promise.resolve();

export class Failed extends Error {
  constructor(name) {
    super(name);
    this.name = name;
  }
}

export const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export const address = (path, more = "") => {
  const query = [frame.persona ? `as=${frame.persona}` : "", more].filter(Boolean).join("&");
  return query ? `${path}?${query}` : path;
};

const headers = () => ({
  "X-CSRF-Token": frame.csrf,
  "X-Time-Zone": Intl.DateTimeFormat().resolvedOptions().timeZone ?? "",
});

export async function open(persona) {
  const answer = await fetch(persona ? `/chat/open?as=${persona}` : "/chat/open");
  if (answer.status === 403) location.reload();
  if (!answer.ok) throw new Failed("starting");
  return answer.json();
}

export function post(path, body) {
  const to = address(path);
  return inLine(() => repeatedly(to, body));
}

// The address is made before the turn comes: by then the person may look at another chat.
function inLine(work) {
  const turn = line.then(work);
  line = turn.catch(() => {});
  return turn;
}

async function repeatedly(to, body) {
  const request = {
    method: "POST",
    headers: { ...headers(), "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await read(await fetch(to, request));
    } catch (error) {
      if (error instanceof Failed || attempt === PAUSES.length) throw error;
      await new Promise((wake) => setTimeout(wake, PAUSES[attempt]));
    }
  }
}

async function read(answer) {
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  if (body.error === "session") location.reload();
  throw new Failed(body.error ?? "not_sent");
}

// fetch cannot tell how far an upload is.
export function upload(id, file, caption, progress) {
  const form = new FormData();
  form.append("id", id);
  form.append("caption", caption);
  form.append("file", file, file.name);
  const to = address("/chat/upload");
  return inLine(
    () =>
      new Promise((done, failed) => {
        const request = new XMLHttpRequest();
        request.open("POST", to);
        for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
        request.responseType = "json";
        request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
        request.onerror = () => failed(new Failed("not_sent"));
        request.onload = () =>
          request.status === 200 ? done(request.response) : failed(new Failed(request.response?.error ?? "not_sent"));
        request.send(form);
      }),
  );
}
