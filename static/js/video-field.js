// <video-field data-address>: one field of a video, saved when it was changed.

import { ask } from "./api.js";

const SHOWN_MS = 2500;

class VideoField extends HTMLElement {
  #kept;
  #note;

  connectedCallback() {
    const field = this.#field;
    this.#kept = field.value;
    this.#note = Object.assign(document.createElement("span"), { className: "saved", hidden: true });
    this.#note.setAttribute("role", "status");
    this.append(this.#note);
    field.addEventListener("change", () => this.#save());
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && field.tagName === "INPUT") field.blur();
      if (event.key === "Escape") field.value = this.#kept;
    });
  }

  async #save() {
    const field = this.#field;
    if (field.value === this.#kept) return;
    try {
      const video = await ask(this.dataset.address, {
        method: "PATCH",
        body: { [field.name]: field.value },
      });
      this.#kept = video[field.name];
      this.#say("Saved");
    } catch (problem) {
      this.#say(problem.message, { bad: true });
    }
  }

  #say(words, { bad = false } = {}) {
    this.#note.textContent = words;
    this.#note.toggleAttribute("data-bad", bad);
    this.#note.hidden = false;
    if (!bad) setTimeout(() => (this.#note.hidden = true), SHOWN_MS);
  }

  get #field() {
    return this.querySelector("input, select, textarea");
  }
}

customElements.define("video-field", VideoField);
