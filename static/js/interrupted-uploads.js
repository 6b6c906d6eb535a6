// Lists the uploads that a reload interrupted, and how far each is.

import { ask } from "./api.js";
import { drop, interrupted } from "./interrupted.js";
import { size } from "./words.js";

const OPEN = ["waiting", "receiving"];

export class InterruptedUploads {
  /** `list` is the element that lists them, if the page has one; `places` has {uploads}. */
  constructor(list, places) {
    this.list = list;
    this.places = places;
  }

  async show() {
    if (!this.list || !this.places.uploads) return;
    for (const kept of interrupted()) {
      const upload = await this.#ask(kept);
      if (upload) this.list.append(this.#line(kept, upload));
    }
    this.list.hidden = this.list.childElementCount === 0;
  }

  /** Return an upload that can go on; forget one that cannot. */
  async #ask({ key, upload }) {
    try {
      const answer = await ask(`${this.places.uploads}${upload}/`);
      if (OPEN.includes(answer.state)) return answer;
      drop(key);
    } catch (problem) {
      if (problem.status === 404) drop(key);
    }
    return null;
  }

  #line(kept, { id, offset }) {
    const line = document.createElement("li");
    const percent = Math.floor((100 * offset) / kept.size);
    const words = document.createElement("span");
    words.textContent = `Choose ${kept.name} (${size(kept.size)}) again to go on at ${percent} %.`;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Discard" });
    button.setAttribute("aria-label", `Discard ${kept.name}`);
    button.addEventListener("click", async () => {
      drop(kept.key);
      line.remove();
      this.list.hidden = this.list.childElementCount === 0;
      await ask(`${this.places.uploads}${id}/`, { method: "DELETE" }).catch(() => {});
    });
    line.append(words, button);
    return line;
  }
}
