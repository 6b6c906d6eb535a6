// <live-progress data-video>: bar, stage, percent, time left and what plays, moved by the feed's ticks.

import { feed } from "./feed.js";
import { available, stageWords, timeLeft } from "./words.js";

/** Show a tick in an element with the parts of a bar. */
export function showTick(element, tick) {
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  element.querySelector("progress").value = tick.percent;
  part("stage").textContent = stageWords(tick.stage);
  part("percent").textContent = `${Math.round(tick.percent)} %`;
  part("left").textContent = timeLeft(tick.eta_seconds);
  const plays = part("available");
  if (plays) plays.textContent = available(tick.available_seconds, plays.dataset.whole);
}

class LiveProgress extends HTMLElement {
  #show = ({ detail: tick }) => {
    if (tick.video === this.dataset.video) showTick(this, tick);
  };

  connectedCallback() {
    feed.addEventListener("progress", this.#show);
  }

  disconnectedCallback() {
    feed.removeEventListener("progress", this.#show);
  }
}

customElements.define("live-progress", LiveProgress);
