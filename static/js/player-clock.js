// <player-clock>: the current position and the whole length, in the format of the rest of the page.

import { clock } from "./words.js";

class PlayerClock extends HTMLElement {
  #words = "";

  connectedCallback() {
    for (const name of ["timeupdate", "seeking", "durationchange", "ended", "emptied"]) {
      this.#media.addEventListener(name, () => this.show());
    }
    this.show();
  }

  show() {
    const { ended, currentTime, duration } = this.#media;
    const player = this.closest("vod-player");
    const whole = player.dataset.length || (Number.isFinite(duration) ? clock(Math.round(duration)) : "");
    const words = [ended && whole ? whole : clock(currentTime), whole].filter(Boolean).join(" / ");
    if (words !== this.#words) this.textContent = this.#words = words;
    const seconds = Number(player.dataset.seconds) || duration;
    if (seconds > 0) player.style.setProperty("--played", String(Math.min(1, currentTime / seconds)));
  }

  get #media() {
    return this.closest("media-controller").querySelector("[slot=media]");
  }
}

customElements.define("player-clock", PlayerClock);
