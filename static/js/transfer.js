// One upload in one request, by XMLHttpRequest, since fetch does not report the progress of a body.

import { Problem, csrfToken, problemIn } from "./api.js";

const RECENT_MS = 4000;
const LOOK_MS = 1000;
// A connection that carried nothing for this long counts as broken, even without an error.
const GIVEN_UP_MS = 60_000;

/** Measures speed over the last seconds, so that a stall shows soon. */
export class Speedometer {
  #samples = [];

  /** Return the bytes per second, or null while that is unknown. */
  measure(bytes, now = performance.now()) {
    this.#samples.push({ bytes, now });
    while (this.#samples.length > 2 && now - this.#samples[0].now > RECENT_MS) this.#samples.shift();
    const [first] = this.#samples;
    return now - first.now < 500 ? null : ((bytes - first.bytes) * 1000) / (now - first.now);
  }
}

/** Send a file to the address for videos, for a folder if one is named; `onProgress` gets {sent, total, speed, quiet} when bytes were sent, and each second;
    `quiet` is the number of seconds without any. Resolves to the new video. */
export function send(file, { address, folder }, { onProgress, signal }) {
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
    if (folder) form.append("folder", folder);
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

/** Return the problem of a broken connection. After the last byte it is unknown whether the file
    arrived: sending it again may create a second video. */
function cut(whole) {
  return whole
    ? new Problem(
        "The connection broke while the server stored the file. Look into the library: if the video is not there, try again.",
        "unsure",
        0,
      )
    : new Problem("The connection broke before the file had arrived.", "unreachable", 0);
}

/** Resolve once the server answers again; reject when the upload is stopped. */
export async function untilReachable(address, signal) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
    await online(wait);
    if (signal.aborted) throw new Problem("Stopped.", "aborted", 0);
    if (await answers(address)) return;
  }
}

/** Resolve after `wait` milliseconds, or as soon as the browser reports that it is online. */
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
