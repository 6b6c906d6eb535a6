// <player-settings>: speed, quality and sound, each a row of choices that shows the current one.

import { PlayerPanel } from "./player-panel.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const AUTO = "auto";

class PlayerSettings extends PlayerPanel {
  #renditions = null;
  #audioTracks = null;

  connectedCallback() {
    super.connectedCallback();
    this.panel.addEventListener("change", ({ target }) => this.#chosen(target));
    this.fill("speed", SPEEDS.map((speed) => [String(speed), speed === 1 ? "Normal" : `${speed}×`]));
    this.media.addEventListener("ratechange", () => this.mark("speed", String(this.media.playbackRate)));
    this.mark("speed", "1");
  }

  /** Set the qualities to choose from, or null if the browser decides. */
  set renditions(renditions) {
    const chosen = this.#renditions?.chosen ?? null;
    this.#renditions = renditions;
    const sizes = renditions?.sizes ?? [];
    this.fill("quality", sizes.length > 1 ? [[AUTO, "Auto"], ...sizes.map((size) => [String(size), `${size}p`])] : []);
    if (sizes.includes(chosen)) renditions.choose(chosen);
    this.showQuality();
  }

  set audioTracks(audioTracks) {
    this.#audioTracks = audioTracks;
    const names = audioTracks?.names ?? [];
    this.fill("sound", names.length > 1 ? names.map((name, number) => [String(number), name]) : []);
    this.showSound();
  }

  /** Show the current quality; called whenever the playing one may have changed. */
  showQuality() {
    const { chosen = null, playing = null } = this.#renditions ?? {};
    this.mark("quality", chosen === null ? AUTO : String(chosen));
    const auto = this.querySelector(`[data-choices="quality"] [value="${AUTO}"]`);
    if (auto) auto.nextElementSibling.textContent = chosen === null && playing ? `Auto (${playing}p)` : "Auto";
  }

  showSound() {
    if (this.#audioTracks) this.mark("sound", String(this.#audioTracks.selected));
  }

  #chosen({ name, value }) {
    if (name === "speed") this.media.playbackRate = Number(value);
    if (name === "sound") this.#audioTracks.choose(Number(value));
    if (name === "quality") {
      this.#renditions.choose(value === AUTO ? null : Number(value));
      this.showQuality();
    }
  }
}

customElements.define("player-settings", PlayerSettings);
