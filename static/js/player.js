// <vod-player data-src>: shows a poster until the viewer plays, and fetches nothing of the film
// before; then plays HLS with hls.js if there are media source extensions, else natively.

import Hls from "../vendor/hls.js-1.7.4/hls.min.js";
import "../vendor/media-chrome-4.19.4/media-chrome.js";
import "./caption-view.js";
import "./captions.js";
import "./chapters.js";
import "./player-clock.js";
import "./player-settings.js";
import "./seek-preview.js";
import { Renditions } from "./renditions.js";
import { AudioTracks } from "./audio-tracks.js";
import { TextTracks } from "./text-tracks.js";

const REVIVALS = 3;
const ASK_AGAIN_MS = 700;
// Audio and video do not end at exactly the same sample.
const NOTHING_LEFT_SECONDS = 0.2;
// Two parts of hls.js request the same playlist: the second takes over the timer of the first.
const SOON_MS = 20;
const BEFORE_THE_EDGE_SECONDS = 0.5;
const LOST_AGAIN_MS = 30_000;
const VOLUME_STEP = 0.05;

class VodPlayer extends HTMLElement {
  #hls = null;
  #renditions = null;
  #begun = false;
  #revivals = 0;
  #lostAt = null; // The position, and whether it was paused, when the address stopped working.
  #asking = null;
  #available = null;
  #texts = null;
  #textsLostAt = -Infinity;

  connectedCallback() {
    const { media } = this;
    // A growing film has no end yet, but it is not a live broadcast.
    media.streamType = "on-demand";
    media.addEventListener("play", () => this.begin());
    media.addEventListener("waiting", () => this.#askForMore());
    media.addEventListener("error", () => this.#hls || this.#isLost());
    // This runs before the controls get the event: their requests to the media need a source.
    this.addEventListener("mediaplayrequest", () => this.begin(), { capture: true });
    this.addEventListener("mediaseekrequest", (event) => this.#seek(event), { capture: true });
    const volume = this.querySelector("media-volume-range")?.range;
    if (volume) volume.step = String(VOLUME_STEP);
    this.grow(this.dataset.available ? Number(this.dataset.available) : null);
    this.#showWaveform();
    this.#takeTexts(this.dataset.texts);
  }

  disconnectedCallback() {
    clearInterval(this.#asking);
    this.#hls?.destroy();
    this.#hls = null;
  }

  get media() {
    return this.querySelector("[slot=media]");
  }

  /** The qualities of the film once it plays; null if the browser decides by itself. */
  get renditions() {
    return this.#renditions;
  }

  /** The captions, subtitles and chapters of the film. */
  get texts() {
    if (!this.#texts) {
      this.#texts = new TextTracks(this.media);
      this.#texts.addEventListener("lost", () => this.#textsAreLost());
    }
    return this.#texts;
  }

  /** Load the film, on the first request to play it. */
  begin() {
    if (this.#begun) return;
    this.#begun = true;
    this.toggleAttribute("data-begun", true);
    const { media } = this;
    const wanted = !media.paused;
    this.#load(media.currentTime || -1);
    if (wanted) media.play().catch(() => {});
  }

  /** Seek to a time in seconds, or to the last one that there is. */
  seekTo(seconds) {
    const whole = Number(this.dataset.seconds) || this.media.duration || Infinity;
    // hls.js does not begin at the very end.
    const last = this.#begun ? whole : whole - BEFORE_THE_EDGE_SECONDS;
    // Before the film is loaded, this is where it will begin.
    this.media.currentTime = Math.max(0, Math.min(seconds, last, this.#last));
    this.begin();
  }

  /** Play from a time on. A browser that does not let it begin by itself waits there. */
  jump(seconds) {
    this.seekTo(seconds);
    this.media.play().catch(() => {});
  }

  /** Take over new data from the page. Another release or a renewed token has another address;
   * playback continues from it at the same position. */
  take({ src, release, length, seconds, available, storyboard, waveform, texts }, { anew = false } = {}) {
    const isOther = anew || release !== this.dataset.release;
    Object.assign(this.dataset, { length, seconds, release, storyboard, waveform });
    this.#showWaveform();
    this.#takeTexts(texts);
    this.querySelector("media-controller").setAttribute("defaultduration", seconds);
    this.querySelector("player-clock").show();
    this.grow(available ? Number(available) : null);
    if (isOther) this.#changeSource(src);
  }

  /** Set how many seconds of a growing film can be played; null if all of it can. */
  grow(available) {
    this.#available = available;
    const whole = Number(this.dataset.seconds);
    const grows = available !== null && whole > 0;
    this.toggleAttribute("data-growing", grows);
    this.style.setProperty("--available", grows ? `${Math.min(100, (100 * available) / whole)}%` : "100%");
  }

  /** Show the poster of another player, unless the film shows already. */
  takePoster(next) {
    const [shown, fresh] = [this, next].map((player) => player.querySelector(".poster, .cover-picture"));
    if (!fresh || shown?.outerHTML === fresh.outerHTML) return;
    if (shown) shown.replaceWith(document.adoptNode(fresh));
    else if (!this.#begun) this.querySelector("[slot=media]").after(document.adoptNode(fresh));
  }

  #showWaveform() {
    const { waveform } = this.dataset;
    const wave = this.querySelector(".wave");
    if (wave && waveform) wave.style.maskImage = wave.style.webkitMaskImage = `url("${waveform}")`;
  }

  #takeTexts(texts) {
    this.texts.take(JSON.parse(texts || "[]"));
    this.dispatchEvent(new CustomEvent("player-texts", { bubbles: true }));
  }

  /** Tell the page, which finds out whether the addresses of texts expired or one was deleted. */
  #textsAreLost() {
    if (performance.now() - this.#textsLostAt < LOST_AGAIN_MS) return;
    this.#textsLostAt = performance.now();
    this.dispatchEvent(new CustomEvent("player-texts-lost", { bubbles: true }));
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
      // Then the length comes from the page, not from the part that exists so far.
      liveDurationInfinity: true,
      // The player brings its own captions, which change while the film plays.
      subtitleStreamController: undefined,
      subtitleTrackController: undefined,
      timelineController: undefined,
    });
    this.#hls = hls;
    this.#offer(hls);
    this.texts.begin();
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
    hls.on(AUDIO_TRACK_SWITCHED, (_, { lang }) => {
      settings.showSound();
      this.texts.spoken = lang ?? "";
    });
  }

  #offerNative() {
    this.texts.begin({ native: true });
    const { audioTracks } = this.media;
    if (!audioTracks) return;
    this.querySelector("player-settings").audioTracks = AudioTracks.native(audioTracks);
    const tell = () => (this.texts.spoken = [...audioTracks].find(({ enabled }) => enabled)?.language ?? "");
    audioTracks.addEventListener("change", tell);
    tell();
  }

  /** Seek. A position that does not exist yet is replaced by the last one that does. */
  #seek(event) {
    this.begin();
    if (event.detail <= this.#last) return;
    event.stopPropagation();
    event.target.dispatchEvent(
      new CustomEvent(event.type, { detail: this.#last, bubbles: true, composed: true }),
    );
  }

  /** The last position in seconds that exists so far. */
  get #last() {
    return this.#available === null ? Infinity : Math.max(0, this.#available - BEFORE_THE_EDGE_SECONDS);
  }

  /** Read a growing playlist more often than every few seconds while playback waits at its end. */
  #askForMore() {
    clearInterval(this.#asking);
    this.#asking = setInterval(() => {
      const { ended, readyState } = this.media;
      if (ended || readyState > HTMLMediaElement.HAVE_CURRENT_DATA) clearInterval(this.#asking);
      // Loading must not restart while the bytes that playback waits for are on their way.
      else if (this.#isAtTheEndOfWhatGrows()) this.#readAgain(this.#hls);
      // A change of quality within the last segment reopens the buffer, and nothing else ends it again.
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
    // Read this first: without its source the element is paused and at position 0.
    const { currentTime, paused } = this.media;
    this.#lostAt = { currentTime, paused };
    hls.destroy();
    this.#isLost();
  }

  /** Tell the page, which finds out whether the address expired or a newer release replaced it. */
  #isLost() {
    this.dispatchEvent(new CustomEvent("player-lost", { bubbles: true }));
  }
}

customElements.define("vod-player", VodPlayer);
