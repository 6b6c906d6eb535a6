// <vod-player data-src>: shows a poster until somebody plays, and fetches nothing of the film
// before; then plays HLS by hls.js where media source extensions are, else natively.

import Hls from "../vendor/hls.js-1.7.4/hls.min.js";
import "../vendor/media-chrome-4.19.4/media-chrome.js";
import "./player-clock.js";
import "./player-settings.js";
import { Renditions } from "./renditions.js";
import { AudioTracks } from "./audio-tracks.js";

const REVIVALS = 3;
const ASK_AGAIN_MS = 700;
// Sound and pictures do not end together to the sample.
const NOTHING_LEFT_SECONDS = 0.2;
// Two of its parts ask for the same playlist: the timer of the first is taken by the second.
const SOON_MS = 20;
const BEFORE_THE_EDGE_SECONDS = 0.5;
const VOLUME_STEP = 0.05;

class VodPlayer extends HTMLElement {
  #hls = null;
  #renditions = null;
  #begun = false;
  #revivals = 0;
  #lostAt = null; // Where it was, and whether it played, when its address was lost.
  #asking = null;
  #available = null;

  connectedCallback() {
    const { media } = this;
    // A film that grows has no end yet, but is no broadcast.
    media.streamType = "on-demand";
    media.addEventListener("play", () => this.begin());
    media.addEventListener("waiting", () => this.#askForMore());
    media.addEventListener("error", () => this.#hls || this.#isLost());
    // Before the controls hear of it: what they ask the media for needs a source.
    this.addEventListener("mediaplayrequest", () => this.begin(), { capture: true });
    this.addEventListener("mediaseekrequest", (event) => this.#seek(event), { capture: true });
    const volume = this.querySelector("media-volume-range")?.range;
    if (volume) volume.step = String(VOLUME_STEP);
    this.grow(this.dataset.available ? Number(this.dataset.available) : null);
  }

  disconnectedCallback() {
    clearInterval(this.#asking);
    this.#hls?.destroy();
    this.#hls = null;
  }

  get media() {
    return this.querySelector("[slot=media]");
  }

  /** The qualities of what plays, once it does; null where the browser decides by itself. */
  get renditions() {
    return this.#renditions;
  }

  /** Fetch what is to be played: with the first wish to see it. */
  begin() {
    if (this.#begun) return;
    this.#begun = true;
    this.toggleAttribute("data-begun", true);
    const { media } = this;
    const wanted = !media.paused;
    this.#load(media.currentTime || -1);
    if (wanted) media.play().catch(() => {});
  }

  /** Take over what the page knows by now: another release, or a renewed token, has another
   * address, from which is played on at the same place. */
  take({ src, release, length, seconds, available }, { anew = false } = {}) {
    const isOther = anew || release !== this.dataset.release;
    Object.assign(this.dataset, { length, seconds, release });
    this.querySelector("media-controller").setAttribute("defaultduration", seconds);
    this.querySelector("player-clock").show();
    this.grow(available ? Number(available) : null);
    if (isOther) this.#changeSource(src);
  }

  /** How much can be played of what is still made, in seconds; null when all of it. */
  grow(available) {
    this.#available = available;
    const whole = Number(this.dataset.seconds);
    const grows = available !== null && whole > 0;
    this.toggleAttribute("data-growing", grows);
    this.style.setProperty("--available", grows ? `${Math.min(100, (100 * available) / whole)}%` : "100%");
  }

  #changeSource(src) {
    this.dataset.src = src;
    if (!this.#begun) return;
    const { currentTime, paused } = this.#lostAt ?? this.media;
    this.#lostAt = null;
    this.#hls?.destroy();
    this.#load(currentTime);
    if (!paused) this.media.play().catch(() => {});
  }

  #load(start) {
    const { media } = this;
    if (!Hls.isSupported()) {
      media.src = this.dataset.src;
      if (start > 0) media.currentTime = start;
      media.addEventListener("loadedmetadata", () => this.#offerNative(), { once: true });
      return;
    }
    const hls = new Hls({
      workerPath: this.dataset.worker,
      startPosition: start,
      capLevelToPlayerSize: true,
      // Its length is then told by who knows it, and not by what is there of it.
      liveDurationInfinity: true,
    });
    this.#hls = hls;
    this.#offer(hls);
    hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => this.grow(details.live ? details.edge : null));
    hls.on(Hls.Events.ERROR, (_, error) => error.fatal && this.#recover(hls, error));
    hls.loadSource(this.dataset.src);
    hls.attachMedia(media);
  }

  #offer(hls) {
    const { AUDIO_TRACKS_UPDATED, AUDIO_TRACK_SWITCHED, LEVEL_SWITCHED, MANIFEST_PARSED } = Hls.Events;
    const settings = this.querySelector("player-settings");
    hls.on(MANIFEST_PARSED, () => (settings.renditions = this.#renditions = new Renditions(hls)));
    hls.on(LEVEL_SWITCHED, () => settings.showQuality());
    hls.on(AUDIO_TRACKS_UPDATED, () => (settings.audioTracks = AudioTracks.of(hls)));
    hls.on(AUDIO_TRACK_SWITCHED, () => settings.showSound());
  }

  #offerNative() {
    const { audioTracks } = this.media;
    if (audioTracks) this.querySelector("player-settings").audioTracks = AudioTracks.native(audioTracks);
  }

  /** A place that is not made yet is none to wait for: the last one that is takes its turn. */
  #seek(event) {
    this.begin();
    const last = this.#available === null ? Infinity : Math.max(0, this.#available - BEFORE_THE_EDGE_SECONDS);
    if (event.detail <= last) return;
    event.stopPropagation();
    event.target.dispatchEvent(
      new CustomEvent(event.type, { detail: last, bubbles: true, composed: true }),
    );
  }

  /** A growing playlist is read again every few seconds: too seldom for who waits at its end. */
  #askForMore() {
    clearInterval(this.#asking);
    this.#asking = setInterval(() => {
      const { ended, readyState } = this.media;
      if (ended || readyState > HTMLMediaElement.HAVE_CURRENT_DATA) clearInterval(this.#asking);
      // Whoever waits for bytes on their way must not have their loading begun again.
      else if (this.#isAtTheEndOfWhatGrows()) this.#readAgain(this.#hls);
      // A quality chosen within the last segment opens the buffer anew, and nothing ends it again.
      else if (this.#isAtTheVeryEnd()) this.#hls.trigger(Hls.Events.BUFFER_EOS, {});
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
    const { buffered, currentTime } = this.media;
    const details = this.#hls?.latestLevelDetails;
    if (!details?.live || !buffered.length) return false;
    const loaded = buffered.end(buffered.length - 1);
    return details.edge - Math.max(loaded, currentTime) < NOTHING_LEFT_SECONDS;
  }

  #isAtTheVeryEnd() {
    const { currentTime, duration } = this.media;
    const details = this.#hls?.latestLevelDetails;
    return details && !details.live && duration - currentTime < NOTHING_LEFT_SECONDS;
  }

  #recover(hls, error) {
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && this.#revivals++ < REVIVALS) {
      hls.recoverMediaError();
      return;
    }
    clearInterval(this.#asking);
    // Without its source the element is paused, and at the beginning.
    const { currentTime, paused } = this.media;
    this.#lostAt = { currentTime, paused };
    hls.destroy();
    this.#isLost();
  }

  /** The address may have expired, or a newer release taken its place: the page finds out. */
  #isLost() {
    this.dispatchEvent(new CustomEvent("player-lost", { bubbles: true }));
  }
}

customElements.define("vod-player", VodPlayer);
