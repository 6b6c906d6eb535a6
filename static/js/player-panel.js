// A button of the player with a panel that it opens: the base of its menus.

/** An element with a button and, after it, a panel with the class `settings`. */
export class PlayerPanel extends HTMLElement {
  connectedCallback() {
    this.button.addEventListener("click", () => this.show(this.panel.hidden));
    // The player's shortcuts must not act on keys that move between the choices.
    this.panel.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.show(false, { back: true });
    });
    this.closest("vod-player").addEventListener("pointerdown", (event) => {
      if (!event.composedPath().includes(this)) this.show(false);
    });
    this.closest("vod-player").addEventListener("player-panel", ({ target }) => target === this || this.show(false));
  }

  /** Open or close the panel; the one of another button closes. */
  show(open, { back = false } = {}) {
    if (this.panel.hidden === !open) return;
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.dispatchEvent(new CustomEvent("player-panel", { bubbles: true }));
    // Controls that fade out would take the open panel with them.
    this.closest("media-controller").setAttribute("autohide", open ? "-1" : "2");
    if (open) this.panel.querySelector("input:checked, [aria-current]")?.focus({ preventScroll: true });
    else if (back) this.button.focus();
  }

  /** Fill a group with choices, each a value and its words; a group without choices is hidden. */
  fill(name, choices) {
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

  /** Mark the choice with a value as the chosen one. */
  mark(name, value) {
    for (const input of this.#choices(name).querySelectorAll("input")) input.checked = input.value === value;
  }

  #choices(name) {
    return this.querySelector(`[data-choices="${name}"]`);
  }

  get button() {
    return this.querySelector("button");
  }

  get panel() {
    return this.querySelector(".settings");
  }

  get media() {
    return this.closest("media-controller").querySelector("[slot=media]");
  }
}
