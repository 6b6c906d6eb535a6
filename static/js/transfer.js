// One upload, by XMLHttpRequest: fetch cannot tell how far a body is.

import { Problem, csrfToken, problemIn } from "./api.js";

const RECENT_MS = 4000;

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

/** Send a file; `onProgress` gets {sent, total, speed}. Resolves to the new video. */
export function send(file, address, { onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const speedometer = new Speedometer();
    const form = new FormData();
    form.append("file", file);
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      onProgress({ sent: loaded, total, speed: speedometer.measure(loaded) });
    });
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText));
      else reject(problemIn(request.responseText, request.status));
    });
    request.addEventListener("error", () => {
      reject(new Problem("The connection broke before the file had arrived.", "unreachable", 0));
    });
    request.addEventListener("abort", () => reject(new Problem("Stopped.", "aborted", 0)));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
