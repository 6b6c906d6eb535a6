// <caption-view>: the captions over the picture, above the controls while these are shown; below
// the cover of sound alone.

import { place } from "./caption-layout.js";
import { textsOf } from "./texts-of.js";

const WIDE = 16 / 9;
// A narrower picture does not have room for lines of text.
const NARROWEST = 4 / 3;

class CaptionView extends HTMLElement {
  #texts;
  #boxes = new Map(); // Cue → its element.

  async connectedCallback() {
    this.#texts = await textsOf(this);
    for (const name of ["list", "cues"]) this.#texts.addEventListener(name, () => this.#show());
    for (const name of ["seeked", "play", "pause"]) this.#media.addEventListener(name, () => this.#show());
    for (const name of ["loadedmetadata", "resize"]) this.#media.addEventListener(name, () => this.#layOut());
    new ResizeObserver(() => this.#layOut()).observe(this.#controller);
    new MutationObserver(() => this.#layOut()).observe(this.#controller, {
      attributeFilter: ["userinactive", "mediapaused"],
    });
    this.#show();
  }

  get #controller() {
    return this.closest("media-controller");
  }

  get #media() {
    return this.#controller.querySelector("[slot=media]");
  }

  get #isSound() {
    return this.#media instanceof HTMLAudioElement;
  }

  /** Show the active cues; those that stay keep their elements. */
  #show() {
    // No browser draws captions of sound alone.
    const isDrawn = this.#texts.isDrawn && !this.#isSound;
    const active = isDrawn ? [] : this.#texts.active;
    this.toggleAttribute("data-on", this.#texts.chosen !== null && !isDrawn);
    this.lang = this.#texts.shown?.language ?? "";
    if (active.length === this.#boxes.size && active.every((cue) => this.#boxes.has(cue))) return;
    this.#boxes = new Map(active.map((cue) => [cue, this.#boxes.get(cue) ?? boxOf(cue)]));
    this.replaceChildren(...this.#boxes.values());
    this.#layOut();
  }

  #layOut() {
    if (this.#isSound) return;
    const { width, height, left, top } = this.#fit();
    Object.assign(this.style, { width: `${width}px`, height: `${height}px`, left: `${left}px`, top: `${top}px` });
    place(this.#boxes, { width, height, covered: Math.max(0, this.#barHeight() - top) });
  }

  /** Return where the picture is within the player, in pixels; at least as wide as lines need. */
  #fit() {
    const { clientWidth: whole, clientHeight: tall } = this.#controller;
    const { videoWidth, videoHeight } = this.#media;
    const ratio = videoWidth && videoHeight ? videoWidth / videoHeight : WIDE;
    const height = Math.min(tall, whole / ratio);
    const width = Math.min(whole, height * Math.max(ratio, NARROWEST));
    return { width, height, left: (whole - width) / 2, top: (tall - height) / 2 };
  }

  /** Return how much of the player's height the controls take while they are shown. */
  #barHeight() {
    const isFaded = this.#controller.hasAttribute("userinactive") && !this.#media.paused;
    const line = this.#controller.querySelector("media-time-range").getBoundingClientRect();
    if (isFaded || !line.height) return 0;
    return this.#controller.getBoundingClientRect().bottom - line.top;
  }
}

/** Return an element with the text of a cue, as the browser reads its tags: it knows no scripts. */
function boxOf(cue) {
  const box = Object.assign(document.createElement("div"), { className: "cue", dir: "auto" });
  const text = Object.assign(document.createElement("span"), { className: "cue-text" });
  text.append(cue.getCueAsHTML());
  box.dataset.vertical = cue.vertical;
  box.append(text);
  return box;
}

customElements.define("caption-view", CaptionView);
