// <vod-player data-src>: plays HLS by hls.js where media source extensions are, else natively.

import Hls from "../vendor/hls.js-1.7.4/hls.min.js";
import { Renditions } from "./renditions.js";
import { Sounds } from "./sounds.js";

const REVIVALS = 3;
const ASK_AGAIN_MS = 700;
// Sound and pictures do not end together to the sample.
const NOTHING_LEFT_SECONDS = 0.2;
// Two of its parts ask for the same playlist: the timer of the first is taken by the second.
const SOON_MS = 20;

class VodPlayer extends HTMLElement {
  #hls = null;
  #revivals = 0;
  #asking = null;

  connectedCallback() {
    this.video.addEventListener("waiting", () => this.#askForMore());
    this.#load();
  }

  disconnectedCallback() {
    clearInterval(this.#asking);
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
    hls.on(Hls.Events.MANIFEST_PARSED, () => this.#offer({ videoRenditions: new Renditions(hls) }));
    hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, () =>
      this.#offer({ audioTracks: new Sounds(hls, Hls.Events.AUDIO_TRACK_SWITCHED) }),
    );
    hls.on(Hls.Events.ERROR, (_, error) => error.fatal && this.#recover(hls, error));
    hls.loadSource(this.dataset.src);
    hls.attachMedia(this.video);
  }

  #offer(choices) {
    const { video } = this;
    for (const [name, value] of Object.entries(choices)) {
      Object.defineProperty(video, name, { value, configurable: true });
    }
    // The controls look at the media's qualities and sounds when they meet the media.
    const controller = this.querySelector("media-controller");
    controller.mediaUnsetCallback?.(video);
    controller.mediaSetCallback?.(video);
  }

  /** A growing playlist is read again every few seconds: too seldom for who waits at its end. */
  #askForMore() {
    clearInterval(this.#asking);
    this.#asking = setInterval(() => {
      if (this.video.readyState > HTMLMediaElement.HAVE_CURRENT_DATA) clearInterval(this.#asking);
      // Whoever waits for bytes on their way must not have their loading begun again.
      else if (this.#isAtTheEndOfWhatGrows()) this.#readAgain(this.#hls);
    }, ASK_AGAIN_MS);
  }

  #readAgain(hls) {
    const sound = hls.audioTracks[hls.audioTrack]?.details;
    for (const details of [hls.latestLevelDetails, sound]) {
      if (details) details.requestScheduled = performance.now() + SOON_MS;
    }
    hls.startLoad();
  }

  #isAtTheEndOfWhatGrows() {
    const { buffered, currentTime } = this.video;
    const details = this.#hls?.latestLevelDetails;
    if (!details?.live || !buffered.length) return false;
    const loaded = buffered.end(buffered.length - 1);
    return details.edge - Math.max(loaded, currentTime) < NOTHING_LEFT_SECONDS;
  }

  #recover(hls, error) {
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && this.#revivals++ < REVIVALS) {
      hls.recoverMediaError();
      return;
    }
    clearInterval(this.#asking);
    hls.destroy();
    // The address may have expired, or a newer release taken its place: the page finds out.
    this.dispatchEvent(new CustomEvent("player-lost", { bubbles: true }));
  }
}

customElements.define("vod-player", VodPlayer);
