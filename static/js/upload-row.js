// The row of one upload: it arrives, is prepared and becomes ready, or the row says why not.

import { ask } from "./api.js";
import { forward, showTick, uploadShare } from "./bar.js";
import { Delivery } from "./deliver.js";
import { feed } from "./feed.js";
import { RowForm } from "./row-form.js";
import { size, stageWords, timeLeft } from "./words.js";

const ANY_ID = "00000000-0000-0000-0000-000000000000";
const OVER = ["ready", "failed", "canceled"];
const SHOWN_QUIET_SECONDS = 3;

export class UploadRow {
  #stop = new AbortController();
  #video = null;
  #form;
  #delivery;
  #known = null;

  /** `places` has the addresses {address, watch, way, tus, uploads}; `onArrival` is called once the
      file has arrived. `file` may be the name of one that the server fetches itself. */
  constructor(file, places, onArrival) {
    this.file = file;
    this.places = places;
    this.onArrival = onArrival;
    this.element = document
      .getElementById("upload-row")
      .content.firstElementChild.cloneNode(true);
    this.#part("name").textContent = file.name;
    this.element.querySelector("progress").setAttribute("aria-label", `Upload of ${file.name}`);
    this.#part("abort").setAttribute("aria-label", `Stop ${file.name}`);
    this.#part("abort").addEventListener("click", () => this.#abort());
    this.#part("retry").addEventListener("click", () => this.#again());
    this.#part("pause").addEventListener("click", () => this.#pauseOrResume());
    this.#form = new RowForm(this.#part("form"), file, places.folder ?? "");
    feed.addEventListener("event", ({ detail }) => this.#isOurs(detail) && this.#refresh());
    feed.addEventListener("progress", ({ detail }) => this.#isOurs(detail) && this.#tick(detail));
  }

  get isArriving() {
    return ["waiting", "uploading"].includes(this.element.dataset.state);
  }

  get hasFocus() {
    return this.#form.hasFocus;
  }

  /** Refuse the file before a byte is sent. */
  refuse(reason) {
    this.#fail(reason, { mayRetry: false });
  }

  /** Send the file; resolves when it has arrived or failed, never rejects. */
  async start() {
    if (this.#stop.signal.aborted) return;
    this.#state("uploading");
    this.#words({ stage: stageWords("uploading"), percent: "0 %" });
    this.#delivery = new Delivery(this.file, { ...this.places, folder: this.#form.folder }, {
      moved: (progress) => this.#moved(progress),
      lost: () => this.#stalled("The connection is lost. The upload will start again when it is back."),
      video: (id) => this.#isKnown(id),
    });
    this.#part("pause").hidden = !this.#delivery.mayPause;
    try {
      await this.#arrived(await this.#delivery.run(this.#stop.signal));
    } catch (problem) {
      if (problem.code === "aborted") this.element.remove();
      else this.#fail(problem.message, { mayRetry: problem.status === 0 || problem.status >= 500 });
    }
  }

  #moved({ sent, total, speed, quiet, again }) {
    const percent = forward(this, (uploadShare * sent) / total);
    this.element.querySelector("progress").value = percent;
    if (quiet >= SHOWN_QUIET_SECONDS) {
      this.#stalled(`No data for ${Math.floor(quiet)} s. Waiting for the connection.`);
      return;
    }
    const arriving = speed && sent < total;
    this.element.removeAttribute("data-stalled");
    this.#words({
      stage: sent < total ? (again ? "Uploading again" : stageWords("uploading")) : "Storing the file",
      percent: `${Math.floor(percent)} %`,
      speed: arriving ? `${size(speed)}/s` : "",
      left: arriving ? `${timeLeft((total - sent) / speed)} to upload` : "",
    });
  }

  #stalled(words) {
    this.element.setAttribute("data-stalled", "");
    this.#words({ stage: words, percent: this.#part("percent").textContent });
  }

  /** Show a video that the server fetches by itself. */
  async fetches(video) {
    await this.#arrived(video);
  }

  /** The video exists while its bytes arrive, so its fields can be saved. */
  async #isKnown(id) {
    const address = `${this.places.address}${id}/`;
    try {
      const video = await ask(address);
      this.#known = id;
      await this.#form.arrived(address, video);
    } catch {
      // The line broke; the fields are saved once the file has arrived.
    }
  }

  #pauseOrResume() {
    this.#delivery.pauseOrResume();
    const paused = this.#delivery.isPaused;
    this.element.toggleAttribute("data-paused", paused);
    this.#part("pause").textContent = paused ? "Go on" : "Pause";
    if (paused) this.#words({ stage: "Paused", percent: this.#part("percent").textContent });
  }

  async #arrived(video) {
    this.#video = video.id;
    this.#part("pause").hidden = true;
    const link = Object.assign(document.createElement("a"), { href: this.#watch, textContent: this.file.name });
    this.#part("name").replaceChildren(link);
    this.element.dataset.video = video.id;
    this.#part("abort").setAttribute("aria-label", `Cancel ${this.file.name}`);
    this.#state("processing");
    this.element.querySelector(".status").dataset.status = "processing";
    this.#words({});
    this.#show(video);
    if (this.#known === null) await this.#form.arrived(`${this.places.address}${video.id}/`, video);
    this.onArrival?.(this);
    this.#refresh(); // Events from before the id was known were missed.
  }

  async #refresh() {
    try {
      this.#show(await ask(`${this.places.address}${this.#video}/`));
    } catch (problem) {
      if (problem.status === 404) this.element.remove();
    }
  }

  #show(video) {
    this.#part("watch").href = this.#watch;
    this.#part("watch").hidden = !(video.playable || OVER.includes(video.status));
    if (!OVER.includes(video.status)) {
      this.#tick({ ...video.progress, job: video.job?.id });
      return;
    }
    this.#state(video.status);
    this.element.querySelector(".status").dataset.status = video.status;
    this.#part("abort").hidden = true;
    const words = { ready: "Ready", canceled: "Canceled", failed: "Failed" };
    this.#words({ stage: words[video.status] });
    if (video.status === "ready") this.element.querySelector("progress").value = 100;
    if (video.status === "ready") this.#picture(video);
    if (video.error) {
      this.#part("watch").textContent = "What to do";
      this.#error(video.error.message);
    }
  }

  #tick(tick) {
    if (this.element.dataset.state !== "processing") return;
    // The upload is complete, however far the bar was when the last byte was sent.
    forward(this, uploadShare);
    showTick(this.element, tick, { key: this, beginsAt: uploadShare });
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
    this.element.removeAttribute("data-stalled");
    this.element.querySelector(".status").dataset.status = "failed";
    this.#words({ stage: "Not uploaded" });
    this.#part("retry").hidden = !mayRetry;
    this.#part("pause").hidden = true;
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
