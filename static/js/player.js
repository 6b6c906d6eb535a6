// <vod-player data-src>: plays HLS by hls.js where media source extensions are, else natively.

import Hls from "../vendor/hls.js-1.7.4/hls.min.js";
import { Renditions } from "./renditions.js";

const REVIVALS = 3;

class VodPlayer extends HTMLElement {
  #hls = null;
  #revivals = 0;

  connectedCallback() {
    this.#load();
  }

  disconnectedCallback() {
    this.#hls?.destroy();
    this.#hls = null;
  }

  get video() {
    return this.querySelector("video");
  }

  /** Play another address from the same place: a newer release, or a renewed token. */
  changeSource(src) {
    const { currentTime, paused } = this.video;
    this.#hls?.destroy();
    this.dataset.src = src;
    this.#load(currentTime);
    if (!paused) this.video.play().catch(() => {});
  }

  #load(start = -1) {
    if (!Hls.isSupported()) {
      this.video.src = this.dataset.src;
      if (start > 0) this.video.currentTime = start;
      return;
    }
    const hls = new Hls({
      workerPath: this.dataset.worker,
      startPosition: start,
      capLevelToPlayerSize: true,
    });
    this.#hls = hls;
    hls.on(Hls.Events.MANIFEST_PARSED, () => this.#offerQualities(hls));
    hls.on(Hls.Events.ERROR, (_, error) => error.fatal && this.#recover(hls, error));
    hls.loadSource(this.dataset.src);
    hls.attachMedia(this.video);
  }

  #offerQualities(hls) {
    const { video } = this;
    video.videoRenditions = new Renditions(hls);
    // The controls look at the media's qualities when they meet the media.
    const controller = this.querySelector("media-controller");
    controller.mediaUnsetCallback?.(video);
    controller.mediaSetCallback?.(video);
  }

  #recover(hls, error) {
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && this.#revivals++ < REVIVALS) {
      hls.recoverMediaError();
      return;
    }
    hls.destroy();
    // The address may have expired, or a newer release taken its place: the page finds out.
    this.dispatchEvent(new CustomEvent("player-lost", { bubbles: true }));
  }
}

customElements.define("vod-player", VodPlayer);
