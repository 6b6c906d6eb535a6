// <player-settings>: speed, quality and sound, each a row of choices that shows the current one.

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const AUTO = "auto";

class PlayerSettings extends HTMLElement {
  #renditions = null;
  #audioTracks = null;

  connectedCallback() {
    this.#button.addEventListener("click", () => this.#show(this.#panel.hidden));
    // The player's shortcuts must not act on keys that move between the choices.
    this.#panel.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.#show(false, { back: true });
    });
    this.#panel.addEventListener("change", ({ target }) => this.#chosen(target));
    this.closest("vod-player").addEventListener("pointerdown", (event) => {
      if (!event.composedPath().includes(this)) this.#show(false);
    });
    this.#fill("speed", SPEEDS.map((speed) => [String(speed), speed === 1 ? "Normal" : `${speed}×`]));
    this.#video.addEventListener("ratechange", () => this.#mark("speed", String(this.#video.playbackRate)));
    this.#mark("speed", "1");
  }

  /** Set the qualities to choose from, or null if the browser decides. */
  set renditions(renditions) {
    const chosen = this.#renditions?.chosen ?? null;
    this.#renditions = renditions;
    const sizes = renditions?.sizes ?? [];
    this.#fill("quality", sizes.length > 1 ? [[AUTO, "Auto"], ...sizes.map((size) => [String(size), `${size}p`])] : []);
    if (sizes.includes(chosen)) renditions.choose(chosen);
    this.showQuality();
  }

  set audioTracks(audioTracks) {
    this.#audioTracks = audioTracks;
    const names = audioTracks?.names ?? [];
    this.#fill("sound", names.length > 1 ? names.map((name, number) => [String(number), name]) : []);
    this.showSound();
  }

  /** Show the current quality; called whenever the playing one may have changed. */
  showQuality() {
    const { chosen = null, playing = null } = this.#renditions ?? {};
    this.#mark("quality", chosen === null ? AUTO : String(chosen));
    const auto = this.#choices("quality").querySelector(`[value="${AUTO}"]`);
    if (auto) auto.nextElementSibling.textContent = chosen === null && playing ? `Auto (${playing}p)` : "Auto";
  }

  showSound() {
    if (this.#audioTracks) this.#mark("sound", String(this.#audioTracks.selected));
  }

  #chosen({ name, value }) {
    if (name === "speed") this.#video.playbackRate = Number(value);
    if (name === "sound") this.#audioTracks.choose(Number(value));
    if (name === "quality") {
      this.#renditions.choose(value === AUTO ? null : Number(value));
      this.showQuality();
    }
  }

  #fill(name, choices) {
    const field = this.#choices(name);
    field.hidden = choices.length === 0;
    field.querySelector(".choices").replaceChildren(
      ...choices.map(([value, words]) => {
        const label = document.createElement("label");
        const input = Object.assign(document.createElement("input"), { type: "radio", name, value });
        label.append(input, Object.assign(document.createElement("span"), { textContent: words }));
        return label;
      }),
    );
  }

  #mark(name, value) {
    for (const input of this.#choices(name).querySelectorAll("input")) input.checked = input.value === value;
  }

  #show(open, { back = false } = {}) {
    if (this.#panel.hidden === !open) return;
    this.#panel.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
    // Controls that fade out would take the open panel with them.
    this.closest("media-controller").setAttribute("autohide", open ? "-1" : "2");
    if (open) this.#panel.querySelector("input:checked")?.focus({ preventScroll: true });
    else if (back) this.#button.focus();
  }

  #choices(name) {
    return this.querySelector(`[data-choices="${name}"]`);
  }

  get #button() {
    return this.querySelector("button");
  }

  get #panel() {
    return this.querySelector(".settings");
  }

  get #video() {
    return this.closest("media-controller").querySelector("[slot=media]");
  }
}

customElements.define("player-settings", PlayerSettings);
