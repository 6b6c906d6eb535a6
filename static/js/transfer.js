// One upload, by XMLHttpRequest: fetch cannot tell how far a body is.

import { Problem, csrfToken, problemIn } from "./api.js";

const RECENT_MS = 4000;
const LOOK_MS = 1000;
// A line that carried nothing for so long is taken for cut, though nobody has said so.
const GIVEN_UP_MS = 60_000;

/** Measures speed over the last seconds, so that a stall shows soon. */
class Speedometer {
  #samples = [];

  /** Bytes per second, or null as long as it cannot be said. */
  measure(bytes, now = performance.now()) {
    this.#samples.push({ bytes, now });
    while (this.#samples.length > 2 && now - this.#samples[0].now > RECENT_MS) this.#samples.shift();
    const [first] = this.#samples;
    return now - first.now < 500 ? null : ((bytes - first.bytes) * 1000) / (now - first.now);
  }
}

/** Send a file; `onProgress` gets {sent, total, speed, quiet} when bytes went, and each second;
    `quiet` is for how many seconds none did. Resolves to the new video. */
export function send(file, address, { onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const speedometer = new Speedometer();
    let [sent, total, moved] = [0, file.size, performance.now()];

    const tell = () => {
      const now = performance.now();
      const quiet = sent < total ? (now - moved) / 1000 : 0;
      onProgress({ sent, total, speed: speedometer.measure(sent, now), quiet });
      if (quiet * 1000 > GIVEN_UP_MS) end(reject, new Problem("The connection is stuck.", "unreachable", 0));
    };
    const looking = setInterval(tell, LOOK_MS);
    const end = (settle, value) => {
      clearInterval(looking);
      settle(value);
      if (request.readyState !== XMLHttpRequest.DONE) request.abort();
    };

    const form = new FormData();
    form.append("file", file);
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.addEventListener("progress", (event) => {
      [sent, total, moved] = [event.loaded, event.total, performance.now()];
      tell();
    });
    request.addEventListener("load", () => {
      if (request.status === 201) end(resolve, JSON.parse(request.responseText));
      else end(reject, problemIn(request.responseText, request.status));
    });
    request.addEventListener("error", () => end(reject, cut(sent === total)));
    signal.addEventListener("abort", () => end(reject, new Problem("Stopped.", "aborted", 0)));
    request.send(form);
  });
}

/** Whether a file whose last byte went has arrived, nobody can say: sending it again may make two. */
function cut(whole) {
  return whole
    ? new Problem(
        "The connection broke while the server stored the file. Look into the library: if the video is not there, try again.",
        "unsure",
        0,
      )
    : new Problem("The connection broke before the file had arrived.", "unreachable", 0);
}

/** Resolves once the server answers again; rejects when the upload is stopped. */
export async function untilReachable(address, signal) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
    await online(wait);
    if (signal.aborted) throw new Problem("Stopped.", "aborted", 0);
    if (await answers(address)) return;
  }
}

/** After a while, or as soon as the browser says that there is a line. */
function online(wait) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, wait);
    addEventListener("online", done);
  });
}

async function answers(address) {
  try {
    const signal = AbortSignal.timeout(5000);
    return (await fetch(`${address}?page_size=1`, { cache: "no-store", signal })).status < 500;
  } catch {
    return false;
  }
}
