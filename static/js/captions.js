// <player-captions>: the captions to choose from, and how they look.

import { CAPTION_LOOK, lookOf, setLook } from "./caption-look.js";
import { PlayerPanel } from "./player-panel.js";
import { textsOf } from "./texts-of.js";

const OFF = "off";

class PlayerCaptions extends PlayerPanel {
  #texts;

  async connectedCallback() {
    super.connectedCallback();
    for (const [name, { choices }] of Object.entries(CAPTION_LOOK)) {
      this.fill(name, choices);
      this.mark(name, lookOf(name));
    }
    this.panel.addEventListener("change", ({ target }) => this.#chosen(target));
    this.#texts = await textsOf(this);
    this.#texts.addEventListener("list", () => this.#list());
    this.#list();
  }

  #list() {
    const { choices, chosen } = this.#texts;
    const isFocused = this.panel.contains(document.activeElement);
    this.hidden = choices.length === 0;
    if (this.hidden) this.show(false);
    const offered = choices.map(({ id, name }) => [id, name]);
    if (this.#isOther(offered)) this.fill("captions", choices.length ? [[OFF, "Off"], ...offered] : []);
    this.mark("captions", chosen?.id ?? OFF);
    this.button.toggleAttribute("data-on", chosen !== null);
    if (isFocused && !this.panel.contains(document.activeElement)) this.panel.querySelector("input:checked").focus();
  }

  #isOther(offered) {
    const shown = [...this.querySelectorAll("[name=captions]")].slice(1);
    return JSON.stringify(offered) !== JSON.stringify(shown.map((input) => [input.value, input.nextSibling.textContent]));
  }

  #chosen({ name, value }) {
    if (name === "captions") this.#texts.choose(value === OFF ? null : value);
    else setLook(name, value);
  }
}

customElements.define("player-captions", PlayerCaptions);
