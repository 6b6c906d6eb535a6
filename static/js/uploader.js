// <video-uploader>: takes files by button or drop and sends a few at a time.

import { UploadRow } from "./upload-row.js";

const AT_ONCE = 2;

class VideoUploader extends HTMLElement {
  #waiting = [];
  #sending = 0;
  #rows = [];

  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    input.addEventListener("change", () => {
      this.#take(input.files);
      input.value = ""; // So that the same file can be chosen again.
    });
    this.#acceptDrops();
    addEventListener("beforeunload", (event) => {
      if (this.#rows.some((row) => row.element.isConnected && row.isArriving)) event.preventDefault();
    });
  }

  /** Anywhere on the page: a file that misses the zone must not replace the page. */
  #acceptDrops() {
    const zone = this.querySelector(".drop");
    const show = (over) => zone.toggleAttribute("data-over", over);
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      show(event.dataTransfer.types.includes("Files"));
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget === null && show(false));
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      show(false);
      this.#take(event.dataTransfer.files);
    });
  }

  #take(files) {
    const { address, watch, maxBytes, maxSize } = this.dataset;
    for (const file of files) {
      const row = new UploadRow(file, { address, watch });
      this.#rows.push(row);
      this.querySelector(".rows").append(row.element);
      if (file.size > Number(maxBytes)) row.refuse(`Too large: at most ${maxSize} can be uploaded here.`);
      else if (file.size === 0) row.refuse("The file is empty. Choose another one.");
      else this.#waiting.push(row);
    }
    this.#next();
  }

  async #next() {
    if (this.#sending >= AT_ONCE || this.#waiting.length === 0) return;
    const row = this.#waiting.shift();
    this.#sending += 1;
    this.#next();
    await row.start();
    this.#sending -= 1;
    this.#next();
  }
}

customElements.define("video-uploader", VideoUploader);
