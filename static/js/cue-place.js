// Where the player is among the cues.

export class CuePlace {
  #editor;
  #told;
  #shown = [];

  /** `told` is called with the cues that are shown whenever these become others. */
  constructor(editor, told) {
    [this.#editor, this.#told] = [editor, told];
    for (const event of ["timeupdate", "seeked"]) this.#media?.addEventListener(event, () => this.look());
  }

  get #player() {
    return this.#editor.querySelector("vod-player");
  }

  get #media() {
    return this.#player?.querySelector("[slot=media]");
  }

  /** The moment of the player in milliseconds. */
  get now() {
    return Math.round((this.#media?.currentTime ?? 0) * 1000);
  }

  isShown(key) {
    return this.#shown.some((cue) => cue.key === key);
  }

  look() {
    const shown = shownAt(this.#editor.cues, this.now);
    if (shown.length === this.#shown.length && shown.every((cue, at) => cue === this.#shown[at])) return;
    this.#shown = shown;
    this.#told(shown);
  }

  /** Let the player go to a cue. */
  jump(cue) {
    const range = this.#player?.querySelector("media-time-range");
    if (!cue || !range) return;
    // The start itself would show the frame before it, where a frame begins a little later.
    const detail = (cue.start + 1) / 1000;
    range.dispatchEvent(new CustomEvent("mediaseekrequest", { detail, bubbles: true, composed: true }));
  }

  playOrPause() {
    const media = this.#media;
    if (!media) return;
    if (media.paused) media.play().catch(() => {});
    else media.pause();
  }
}

/** Return the cues that are shown at a moment: of thousands, in order of their start, few have begun and
 * not ended. */
function shownAt(cues, ms) {
  let [low, high] = [0, cues.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cues[middle].start <= ms) low = middle + 1;
    else high = middle;
  }
  return cues.slice(Math.max(0, low - 50), low).filter(({ end }) => ms < end);
}
