// Finds words in the texts of cues, and replaces them.

import { pattern, replace } from "./cues.js";

export class CueFind {
  #form;
  #editor;
  #last = null; // The cue that was found last.

  constructor(form, editor) {
    [this.#form, this.#editor] = [form, editor];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#next();
    });
    form.addEventListener("input", () => this.#count());
    form.addEventListener("keydown", ({ key }) => key === "Escape" && this.toggle());
    form.querySelector('[data-do="replace"]').addEventListener("click", () => this.#replace());
    form.querySelector('[data-do="replace-all"]').addEventListener("click", () => this.#replaceAll());
  }

  toggle() {
    this.#form.hidden = !this.#form.hidden;
    const button = this.#editor.querySelector('[data-do="find"]');
    button.setAttribute("aria-expanded", !this.#form.hidden);
    if (this.#form.hidden) button.focus();
    else this.#field("words").select();
  }

  #field(name) {
    return this.#form.querySelector(`#find-${name}`);
  }

  /** The pattern that is looked for; null if there are no words. */
  get #wanted() {
    const words = this.#field("words").value;
    return words ? pattern(words, { matchCase: this.#field("case").checked }) : null;
  }

  #found() {
    const wanted = this.#wanted;
    return wanted ? this.#editor.cues.filter(({ text }) => text.search(wanted) >= 0) : [];
  }

  #next() {
    const found = this.#found();
    const { cues, chosen } = this.#editor;
    const from = cues.indexOf(chosen) + (chosen?.key === this.#last ? 1 : 0);
    const next = found.find((cue) => cues.indexOf(cue) >= from) ?? found[0];
    if (next) this.#editor.choose(next.key);
    this.#last = next?.key ?? null;
    this.#count();
  }

  #replace() {
    const { chosen } = this.#editor;
    const wanted = this.#wanted;
    if (wanted && chosen && chosen.text.search(wanted) >= 0) {
      this.#editor.edit((cues) => replace(cues, wanted, this.#field("with").value, chosen.key));
    }
    this.#next();
  }

  #replaceAll() {
    const found = this.#found().length;
    if (!found) return this.#count();
    this.#editor.edit((cues) => replace(cues, this.#wanted, this.#field("with").value));
    this.#say(found === 1 ? "Replaced in 1 place." : `Replaced in ${found} places.`);
    return undefined;
  }

  #count() {
    const found = this.#found().length;
    this.#say(this.#wanted ? (found === 0 ? "Not found." : `Found in ${found === 1 ? "1 place" : `${found} places`}.`) : "");
  }

  #say(words) {
    this.#form.querySelector("[role=status]").textContent = words;
  }
}
