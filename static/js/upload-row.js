// One file on the upload page: arriving, being prepared, ready; or why not.

import { ask } from "./api.js";
import { feed } from "./feed.js";
import { showTick } from "./progress.js";
import { send } from "./transfer.js";
import { size, stageWords, timeLeft } from "./words.js";

const ANY_ID = "00000000-0000-0000-0000-000000000000";
const OVER = ["ready", "failed", "canceled"];

export class UploadRow {
  #stop = new AbortController();
  #video = null;

  /** `places` knows the addresses: {address, watch}. */
  constructor(file, places) {
    this.file = file;
    this.places = places;
    this.element = document
      .getElementById("upload-row")
      .content.firstElementChild.cloneNode(true);
    this.#part("name").textContent = file.name;
    this.element.querySelector("progress").setAttribute("aria-label", `Upload of ${file.name}`);
    this.#part("abort").setAttribute("aria-label", `Stop ${file.name}`);
    this.#part("abort").addEventListener("click", () => this.#abort());
    this.#part("retry").addEventListener("click", () => this.#again());
    feed.addEventListener("event", ({ detail }) => this.#isOurs(detail) && this.#refresh());
    feed.addEventListener("progress", ({ detail }) => this.#isOurs(detail) && this.#tick(detail));
  }

  get isArriving() {
    return ["waiting", "uploading"].includes(this.element.dataset.state);
  }

  /** Refuse it before a byte is sent. */
  refuse(reason) {
    this.#fail(reason, { mayRetry: false });
  }

  /** Send the file; resolves when it has arrived or failed, never rejects. */
  async start() {
    if (this.#stop.signal.aborted) return;
    this.#state("uploading");
    this.#words({ stage: stageWords("uploading"), percent: "0 %" });
    try {
      const video = await send(this.file, this.places.address, {
        signal: this.#stop.signal,
        onProgress: (progress) => this.#moved(progress),
      });
      this.#arrived(video);
    } catch (problem) {
      if (problem.code === "aborted") this.element.remove();
      else this.#fail(problem.message, { mayRetry: problem.status === 0 || problem.status >= 500 });
    }
  }

  #moved({ sent, total, speed }) {
    const percent = (100 * sent) / total;
    this.element.querySelector("progress").value = percent;
    this.#words({
      stage: sent < total ? stageWords("uploading") : "Storing the file",
      percent: `${Math.floor(percent)} %`,
      speed: speed && sent < total ? `${size(speed)}/s` : "",
      left: speed && sent < total ? timeLeft((total - sent) / speed) : "",
    });
  }

  #arrived(video) {
    this.#video = video.id;
    const link = Object.assign(document.createElement("a"), { href: this.#watch, textContent: video.title });
    this.#part("name").replaceChildren(link);
    this.element.dataset.video = video.id;
    this.#part("abort").setAttribute("aria-label", `Cancel ${video.title}`);
    this.#state("processing");
    this.element.querySelector(".status").dataset.status = "processing";
    this.#words({});
    this.#show(video);
    this.#refresh(); // What happened before its id was known.
  }

  async #refresh() {
    try {
      this.#show(await ask(`${this.places.address}${this.#video}/`));
    } catch (problem) {
      if (problem.status === 404) this.element.remove();
    }
  }

  #show(video) {
    if (!OVER.includes(video.status)) {
      if (this.element.dataset.state === "processing") showTick(this.element, video.progress);
      return;
    }
    this.#state(video.status);
    this.element.querySelector(".status").dataset.status = video.status;
    this.#part("abort").hidden = true;
    const words = { ready: "Ready", canceled: "Canceled", failed: "Failed" };
    this.#words({ stage: words[video.status] });
    this.#part("watch").href = this.#watch;
    this.#part("watch").hidden = false;
    if (video.status === "ready") this.#picture(video);
    if (video.error) {
      this.#part("watch").textContent = "What to do";
      this.#error(video.error.message);
    }
  }

  #tick(tick) {
    if (this.element.dataset.state === "processing") showTick(this.element, tick);
  }

  #picture(video) {
    const picture = this.element.querySelector(".picture");
    picture.href = this.#watch;
    if (!video.poster) return;
    picture.replaceChildren(Object.assign(new Image(), { src: video.poster, alt: "" }));
  }

  async #abort() {
    if (this.#video === null) {
      this.#stop.abort();
      this.element.remove();
      return;
    }
    try {
      await ask(`${this.places.address}${this.#video}/cancel/`, { method: "POST" });
    } catch (problem) {
      this.#error(problem.message);
    }
  }

  #again() {
    this.#stop = new AbortController();
    this.element.querySelector(".row-error").hidden = true;
    this.#part("retry").hidden = true;
    this.element.querySelector(".status").dataset.status = "uploading";
    this.start();
  }

  #fail(reason, { mayRetry }) {
    this.#state("failed");
    this.element.querySelector(".status").dataset.status = "failed";
    this.#words({ stage: "Not uploaded" });
    this.#part("retry").hidden = !mayRetry;
    this.#error(reason);
  }

  #error(reason) {
    const place = this.element.querySelector(".row-error");
    place.textContent = reason;
    place.hidden = false;
  }

  #isOurs({ video }) {
    return this.#video !== null && video === this.#video;
  }

  get #watch() {
    return this.places.watch.replace(ANY_ID, this.#video);
  }

  #state(state) {
    this.element.dataset.state = state;
  }

  #words({ stage = "", percent = "", speed = "", left = "" }) {
    for (const [name, text] of Object.entries({ stage, percent, speed, left })) {
      this.#part(name).textContent = text;
    }
  }

  #part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }
}
