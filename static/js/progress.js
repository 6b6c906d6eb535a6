// <live-progress data-video>: bar, stage, percent, time left and the playable part, updated by the
// feed's ticks.

import { ask } from "./api.js";
import { forward, showTick } from "./bar.js";
import { feed } from "./feed.js";
import { available } from "./words.js";

const LOOK_MS = 15_000;
const WAITING = "/api/v1/videos/?status=processing&page_size=100";

class LiveProgress extends HTMLElement {
  #hear = ({ detail: tick }) => tick.video === this.dataset.video && this.show(tick);

  connectedCallback() {
    feed.addEventListener("progress", this.#hear);
    const bar = this.querySelector("progress");
    // A part of the page that was just fetched may be older than the last tick.
    bar.value = forward(this.#key, bar.value);
    this.#part("percent").textContent = `${Math.round(bar.value)} %`;
  }

  disconnectedCallback() {
    feed.removeEventListener("progress", this.#hear);
  }

  show(tick) {
    if (tick.job) this.dataset.job = tick.job;
    this.toggleAttribute("data-waits", Number.isInteger(tick.place));
    showTick(this, tick, { key: this.#key, beginsAt: Number(this.dataset.beginsAt) });
    const plays = this.#part("available");
    if (plays && "available_seconds" in tick) {
      plays.textContent = available(tick.available_seconds, plays.dataset.whole);
    }
  }

  get #key() {
    return this.dataset.job || this.dataset.video;
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }
}

customElements.define("live-progress", LiveProgress);

// The feed sends nothing to waiting videos when others before them are done, so this polls.
setInterval(async () => {
  const waiting = [...document.querySelectorAll("live-progress[data-waits]")];
  if (!waiting.length || document.hidden || !document.documentElement.dataset.feedSince) return;
  try {
    const { results } = await ask(WAITING);
    for (const element of waiting) {
      const video = results.find(({ id }) => id === element.dataset.video);
      if (video) element.show({ ...video.progress, job: video.job?.id });
    }
  } catch {
    // The next poll tries again.
  }
}, LOOK_MS);
