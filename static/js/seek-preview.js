// <seek-preview>: the picture, the chapter and the time of a place on the player's timeline, while the mouse is
// over it, while a finger or the mouse drags, and while the keyboard moves it. Screen readers get
// the time from the timeline itself.

import { chapterAt, chaptersOf } from "./chapters.js";
import { cueAt, storyboard } from "./storyboard.js";
import { clock } from "./words.js";

// In pixels, and as a share of the player, which may be as narrow as a phone.
const WIDEST = 208;
const TALLEST = 160;
const SHARE = 0.4;
// The focus may stay on the timeline while somebody watches.
const AFTER_KEYS_MS = 4000;

class SeekPreview extends HTMLElement {
  #address = null;
  #cues = [];
  #leaving;

  connectedCallback() {
    this.#line.addEventListener("pointermove", (event) => this.#point(event));
    this.#line.addEventListener("pointerleave", () => this.#byKeyboard() || this.#hide());
    for (const name of ["pointerup", "pointercancel"]) {
      this.#line.addEventListener(name, ({ pointerType }) => pointerType === "mouse" || this.#hide());
    }
    for (const name of ["input", "focusin", "keyup"]) this.#line.addEventListener(name, () => this.#follow());
    this.#line.addEventListener("focusout", () => this.#hide());
    this.#line.addEventListener("keydown", ({ key }) => key === "Escape" && this.#hide());
  }

  get #player() {
    return this.closest("vod-player");
  }

  get #line() {
    return this.parentElement.querySelector("media-time-range");
  }

  get #seconds() {
    return Number(this.#player.dataset.seconds) || this.#player.media.duration || 0;
  }

  #byKeyboard() {
    return this.#line.range.matches(":focus-visible");
  }

  #point({ clientX, pointerType }) {
    const { left, width } = this.#line.range.getBoundingClientRect();
    if (pointerType === "mouse" && width > 0) this.#show(Math.max(0, Math.min(1, (clientX - left) / width)));
  }

  /** Show where the handle of the timeline stands. */
  #follow() {
    const { range } = this.#line;
    if (this.#byKeyboard() || this.#line.dragging) this.#show(range.valueAsNumber);
  }

  #show(share) {
    const { storyboard: address } = this.#player.dataset;
    clearTimeout(this.#leaving);
    const chapters = chaptersOf(this.#player);
    if ((!address && !chapters.length) || !this.#seconds) return;
    if (this.#byKeyboard()) this.#leaving = setTimeout(() => this.#hide(), AFTER_KEYS_MS);
    if (address && address !== this.#address) this.#load(address);
    this.hidden = false;
    const time = share * this.#seconds;
    this.querySelector(".seek-chapter").textContent = chapterAt(chapters, time)?.title ?? "";
    this.querySelector(".seek-time").textContent = clock(time);
    this.dataset.at = String(time);
    this.#draw(time);
    this.#place(share);
  }

  /** Fetch a storyboard once; one that does not come leaves the time alone. */
  async #load(address) {
    this.#address = address;
    this.#cues = [];
    try {
      const cues = await storyboard(address);
      if (address !== this.#address) return;
      this.#cues = cues;
      if (!this.hidden) this.#show(Number(this.dataset.at) / this.#seconds);
    } catch {
      // The address may have expired: the next one comes with a new address.
    }
  }

  #draw(time) {
    const frame = this.querySelector(".seek-frame");
    const cue = cueAt(this.#cues, time);
    frame.hidden = cue === null;
    if (cue === null) return;
    const room = this.parentElement.getBoundingClientRect().width;
    const scale = Math.min(Math.min(WIDEST, room * SHARE) / cue.width, TALLEST / cue.height);
    Object.assign(frame.style, { width: `${cue.width * scale}px`, height: `${cue.height * scale}px` });
    Object.assign(frame.firstElementChild.style, {
      width: `${cue.width}px`,
      height: `${cue.height}px`,
      transform: `scale(${scale})`,
      backgroundImage: `url("${cue.url}")`,
      backgroundPosition: `-${cue.x}px -${cue.y}px`,
    });
  }

  /** Put it above the place, but within the player. */
  #place(share) {
    const line = this.#line.range.getBoundingClientRect();
    const box = this.parentElement.getBoundingClientRect();
    const half = this.offsetWidth / 2;
    const middle = line.left - box.left + share * line.width;
    this.style.left = `${Math.max(half + 4, Math.min(box.width - half - 4, middle))}px`;
  }

  #hide() {
    clearTimeout(this.#leaving);
    this.hidden = true;
  }
}

customElements.define("seek-preview", SeekPreview);
