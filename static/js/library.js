// <video-library>: keeps its cards true to the server while others upload and workers work.

import { fetchPage } from "./api.js";
import { feed } from "./feed.js";
import "./progress.js";

const ANY_ID = "00000000-0000-0000-0000-000000000000";

class VideoLibrary extends HTMLElement {
  #stages = new Map();
  #asking = new Map(); // Video → whether it changed again while its card was being fetched.

  connectedCallback() {
    feed.addEventListener("event", ({ detail }) => detail.video && this.#refresh(detail.video));
    feed.addEventListener("progress", ({ detail }) => this.#hearTick(detail));
  }

  /** A new stage knows more of a video: its length, and that it is worked on again. */
  #hearTick({ video, stage }) {
    const isNews = this.#stages.get(video) !== stage;
    this.#stages.set(video, stage);
    if (isNews && this.#card(video)) this.#refresh(video);
  }

  async #refresh(video) {
    if (this.#asking.has(video)) {
      this.#asking.set(video, true);
      return;
    }
    this.#asking.set(video, false);
    try {
      const page = await fetchPage(`${this.dataset.card.replace(ANY_ID, video)}?${this.dataset.query}`);
      this.#place(video, page?.querySelector(".card") ?? null);
    } catch {
      // Unreachable: the feed comes back too, and tells the next change.
    }
    const again = this.#asking.get(video);
    this.#asking.delete(video);
    if (again) this.#refresh(video);
  }

  #place(video, fresh) {
    const shown = this.#card(video);
    if (shown && fresh) {
      const focused = shown.contains(document.activeElement);
      shown.replaceWith(fresh);
      if (focused) fresh.querySelector(".card-title a").focus();
    } else if (shown) {
      shown.remove();
    } else if (fresh && "newest" in this.dataset) {
      this.#insert(video, fresh);
    }
    this.querySelector(".empty").hidden = this.querySelector(".card") !== null;
  }

  /** Newest first: ids grow with time. A card older than all of this page belongs to another. */
  #insert(video, fresh) {
    const cards = [...this.querySelectorAll(".card")];
    const next = cards.find((card) => card.dataset.video < video);
    if (next) next.before(fresh);
    else if (cards.length === 0) this.querySelector(".cards").append(fresh);
  }

  #card(video) {
    return this.querySelector(`.card[data-video="${video}"]`);
  }
}

customElements.define("video-library", VideoLibrary);
