// The dialog that moves cues in time.

import { readTime } from "./cue-times.js";
import { Refused, shift } from "./cues.js";

export class CueShift {
  #dialog;
  #editor;

  constructor(dialog, editor) {
    [this.#dialog, this.#editor] = [dialog, editor];
    dialog.querySelector('[data-do="close"]').addEventListener("click", () => dialog.close());
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#done();
    });
  }

  show() {
    this.#say("");
    this.#field("rest").disabled = !this.#editor.chosen;
    if (!this.#editor.chosen) this.#field("rest").checked = false;
    this.#dialog.showModal();
    this.#field("by").select();
  }

  #field(name) {
    return this.#dialog.querySelector(`#shift-${name}`);
  }

  #done() {
    const [, sign, time] = this.#field("by").value.trim().match(/^([-+\u2212]?)(.*)$/);
    const ms = readTime(time);
    if (!ms) return this.#say("Write seconds such as 0.5 or -2, or a time such as 1:02.500.");
    const by = ["-", "\u2212"].includes(sign) ? -ms : ms;
    const from = this.#field("rest").checked ? this.#editor.chosen.key : null;
    const options = { from, cut: this.#field("cut").checked };
    try {
      const moved = shift(this.#editor.cues, by, options);
      this.#editor.edit(() => moved);
      this.#dialog.close();
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.#say(problem.message);
    }
    return undefined;
  }

  #say(words) {
    this.#dialog.querySelector("[role=alert]").textContent = words;
  }
}
