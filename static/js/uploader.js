// <video-uploader>: takes files by button, drop or link, and sends two at a time.

import { droppedFiles } from "./dropped-files.js";
import { InterruptedUploads } from "./interrupted-uploads.js";
import { FromLink } from "./from-link.js";
import "./lost-line.js";
import { refusal } from "./refusals.js";
import { UploadRow } from "./upload-row.js";

const AT_ONCE = 2;

class VideoUploader extends HTMLElement {
  #waiting = [];
  #sending = 0;
  #rows = [];

  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    input?.addEventListener("change", () => {
      this.#take([...input.files]);
      input.value = ""; // So that the same file can be chosen again.
    });
    this.#acceptDrops();
    this.querySelector("select[name=into]")?.addEventListener("change", ({ target }) => (this.dataset.folder = target.value));
    new InterruptedUploads(this.querySelector(".interrupted"), this.dataset).show();
    new FromLink(this.querySelector(".from-link"), this.dataset, { folder: () => this.#folder, onVideo: (video) => this.#fetches(video) });
    addEventListener("beforeunload", (event) => {
      if (this.#rows.some((row) => row.element.isConnected && row.isArriving)) event.preventDefault();
    });
  }

  /** The id of the folder that new videos come into; empty for the top of the library. */
  get #folder() {
    return this.dataset.folder ?? "";
  }

  /** Accept drops anywhere on the page: a file dropped beside the zone must not replace the page. */
  #acceptDrops() {
    const root = document.documentElement;
    const hasFiles = ({ dataTransfer }) => dataTransfer.types.includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      root.setAttribute("data-dropping", "");
    });
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) root.removeAttribute("data-dropping");
    });
    document.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      root.removeAttribute("data-dropping");
      droppedFiles(event.dataTransfer).then((files) => this.#take(files));
    });
  }

  /** Show the row of a video that the server fetches from a link. */
  #fetches(video) {
    const row = new UploadRow(new File([], video.title), this.dataset, (arrived) => this.#arrived(arrived));
    this.#show([row]);
    row.fetches(video);
  }

  async #take(files) {
    const { maxBytes, maxSize } = this.dataset;
    const rows = files.map((file) => new UploadRow(file, this.dataset, (row) => this.#arrived(row)));
    this.#show(rows);
    for (const row of rows) {
      const reason = await refusal(row.file, { maxBytes: Number(maxBytes), maxSize, plan: this.dataset });
      if (!reason) this.#takeFromQuota(row.file.size);
      if (reason) row.refuse(reason);
      else this.#waiting.push(row);
      this.#next();
    }
  }

  get #atOnce() {
    return Math.max(1, Math.min(AT_ONCE, Number(this.dataset.atOnce ?? AT_ONCE)));
  }

  /** What was taken is not left for the next files. */
  #takeFromQuota(bytes) {
    if ("leftBytes" in this.dataset) this.dataset.leftBytes = Math.max(0, Number(this.dataset.leftBytes) - bytes);
  }

  #show(rows) {
    this.#rows.push(...rows);
    this.querySelector(".rows").append(...rows.map((row) => row.element));
    this.toggleAttribute("data-busy", true);
  }

  /** On a page whose cards show the work on a video, remove its row once its form has lost the focus. */
  #arrived(row) {
    if (!("handsOver" in this.dataset)) return;
    const leave = () => !row.hasFocus && row.element.remove();
    row.element.addEventListener("focusout", () => setTimeout(leave));
    leave();
  }

  async #next() {
    if (this.#sending >= this.#atOnce || this.#waiting.length === 0) return;
    const row = this.#waiting.shift();
    this.#sending += 1;
    this.#next();
    await row.start();
    this.#sending -= 1;
    this.#next();
  }
}

customElements.define("video-uploader", VideoUploader);
