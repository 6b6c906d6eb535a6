// <player-chapters>: the name of the current chapter, which opens the list of all; and their ticks
// on the timeline.

import { PlayerPanel } from "./player-panel.js";
import { textsOf } from "./texts-of.js";
import { clock } from "./words.js";

/** Return the chapters of a player's film that have arrived, as {start, end, title} in seconds. */
export function chaptersOf({ texts }) {
  const cues = texts.chapters && texts.cuesOf(texts.chapters.id);
  return (cues ?? []).map((cue) => ({
    start: cue.startTime,
    end: cue.endTime,
    title: cue.getCueAsHTML().textContent.trim().replaceAll(/\s+/g, " "),
  }));
}

/** Return the chapter of a time; null between chapters. */
export function chapterAt(chapters, time) {
  return chapters.findLast(({ start, end }) => start <= time && time < end) ?? null;
}

class PlayerChapters extends PlayerPanel {
  #texts;
  #chapters = [];
  #current = null;

  async connectedCallback() {
    super.connectedCallback();
    for (const name of ["timeupdate", "seeking"]) this.media.addEventListener(name, () => this.#follow());
    this.media.addEventListener("durationchange", () => this.#tick());
    this.panel.addEventListener("click", ({ target }) => this.#chosen(target.closest("button")));
    this.#texts = await textsOf(this);
    for (const name of ["list", "loaded"]) this.#texts.addEventListener(name, () => this.#take());
    this.#take();
  }

  get #player() {
    return this.closest("vod-player");
  }

  #take() {
    if (this.#texts.chapters) this.#texts.read(this.#texts.chapters.id);
    const chapters = chaptersOf(this.#player);
    if (JSON.stringify(chapters) === JSON.stringify(this.#chapters)) return;
    this.#chapters = chapters;
    this.hidden = chapters.length === 0;
    this.#player.toggleAttribute("data-chapters", !this.hidden);
    if (this.hidden) this.show(false);
    this.panel.querySelector("ol").replaceChildren(...chapters.map(itemOf));
    this.#tick();
    this.#follow({ anew: true });
  }

  #tick() {
    const whole = Number(this.#player.dataset.seconds) || this.media.duration;
    const starts = this.#chapters.map(({ start }) => start).filter((start) => start > 0 && start < whole);
    this.#player.querySelector(".chapter-ticks").replaceChildren(
      ...starts.map((start) => {
        const tick = document.createElement("span");
        tick.style.left = `${(100 * start) / whole}%`;
        return tick;
      }),
    );
  }

  #follow({ anew = false } = {}) {
    const current = chapterAt(this.#chapters, this.media.currentTime);
    if (current === this.#current && !anew) return;
    this.#current = current;
    this.querySelector(".chapter-name").textContent = current?.title ?? "";
    this.button.toggleAttribute("data-named", Boolean(current?.title));
    for (const [number, button] of this.panel.querySelectorAll("button").entries()) {
      if (this.#chapters[number] === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  #chosen(button) {
    if (!button) return;
    this.#player.seekTo(Number(button.dataset.start));
    this.show(false, { back: true });
  }
}

function itemOf({ start, title }) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.dataset.start = start;
  const time = Object.assign(document.createElement("span"), { className: "chapter-time", textContent: clock(start) });
  const words = Object.assign(document.createElement("span"), { dir: "auto", textContent: title || "Untitled" });
  button.append(time, words);
  const item = document.createElement("li");
  item.append(button);
  return item;
}

customElements.define("player-chapters", PlayerChapters);
