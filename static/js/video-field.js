// <video-field data-address>: one field of a video, saved after each change; a change that could
// not be saved without a connection is saved when the connection is back. With data-list the field
// holds a list, with commas between.

import { ask } from "./api.js";

const SHOWN_MS = 2500;
const RETRY_MS = 5000;
const TOO_MANY = 429;

class VideoField extends HTMLElement {
  #kept;
  #note;
  #saving = false;
  #again = false;
  #retry = null;

  connectedCallback() {
    const field = this.#field;
    this.#kept = field.value;
    this.#note = Object.assign(document.createElement("span"), { className: "saved", hidden: true });
    this.#note.setAttribute("role", "status");
    this.append(this.#note);
    field.addEventListener("change", () => this.#changed());
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && field.tagName === "INPUT") field.blur();
      if (event.key === "Escape") field.value = this.#kept;
    });
    addEventListener("online", () => this.#retry && this.#save());
    addEventListener("beforeunload", (event) => this.#retry && event.preventDefault());
  }

  /** Take over a value set in another window or by another user, unless the field is being edited. */
  take(value) {
    const field = this.#field;
    const isTouched = this.#saving || this.#retry || field.value !== this.#kept;
    if (isTouched || value === this.#kept) return;
    this.#kept = field.value = value;
    this.#showHint();
  }

  #changed() {
    this.#showHint();
    if (this.#saving) this.#again = true;
    else this.#save();
  }

  async #save() {
    const field = this.#field;
    const wanted = field.value;
    clearTimeout(this.#retry);
    this.#retry = null;
    if (wanted === this.#kept) {
      this.#note.hidden = true;
      return;
    }
    this.#saving = true;
    try {
      const video = await ask(this.dataset.address, { method: "PATCH", body: { [field.name]: this.#parsed(wanted) } });
      this.#kept = this.#written(video[field.name]);
      if (field.value === wanted) field.value = this.#kept;
      this.#say("Saved");
      this.dispatchEvent(new CustomEvent("video-saved", { bubbles: true }));
    } catch (problem) {
      this.#failed(problem);
    }
    this.#saving = false;
    if (this.#again) {
      this.#again = false;
      this.#save();
    }
  }

  #parsed(text) {
    if (!("list" in this.dataset)) return text;
    return [...new Set(text.split(",").map((one) => one.trim()))].filter(Boolean);
  }

  #written(value) {
    return Array.isArray(value) ? value.join(", ") : value;
  }

  #failed({ status, message }) {
    const mayPass = status === 0 || status === TOO_MANY || status >= 500;
    if (mayPass) this.#retry = setTimeout(() => this.#save(), RETRY_MS);
    const why = status === TOO_MANY ? "too many requests were sent at once" : "the server cannot be reached";
    const words = mayPass ? `Not saved yet: ${why}. It will be tried again automatically.` : message;
    this.#say(words, { bad: true });
  }

  #say(words, { bad = false } = {}) {
    this.#note.textContent = words;
    this.#note.toggleAttribute("data-bad", bad);
    this.#note.hidden = false;
    if (!bad) setTimeout(() => this.#note.hasAttribute("data-bad") || (this.#note.hidden = true), SHOWN_MS);
  }

  /** Show what the chosen option means. */
  #showHint() {
    const { selectedOptions } = this.#field;
    const hint = this.querySelector(".hint");
    if (hint && selectedOptions) hint.textContent = selectedOptions[0].dataset.hint;
  }

  get #field() {
    return this.querySelector("input, select, textarea");
  }
}

customElements.define("video-field", VideoField);
