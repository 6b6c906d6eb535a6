// <video-library>: keeps its cards up to date with the server while others upload and workers work.

import { ask, fetchPage, toast } from "./api.js";
import { discard, offerUndoOfPageBefore } from "./discarding.js";
import { feed } from "./feed.js";
import { moveVideos } from "./folders.js";
import { previewOn } from "./hover-preview.js";
import "./lost-line.js";
import { Picking } from "./picking.js";
import "./progress.js";

const ANY_ID = "00000000-0000-0000-0000-000000000000";
const COUNT_MS = 1500;
const RETRY_MS = 5000;
// The kinds of pictures that a card shows.
const ON_CARDS = ["poster", "candidates", "preview", "waveform"];

class VideoLibrary extends HTMLElement {
  #stages = new Map();
  #asking = new Map(); // Video → whether it changed again while its card was fetched.
  #later = new Map(); // Video → the timer of the next try to fetch its card.
  #counting;
  #picking;

  connectedCallback() {
    feed.addEventListener("event", ({ detail }) => detail.video && this.#heard(detail));
    feed.addEventListener("progress", ({ detail }) => this.#hearTick(detail));
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action]");
      if (button) this.#act(button);
    });
    this.#picking = new Picking(this, { delete: (videos) => this.#discard(videos), move: (videos) => this.#move(videos) });
    document.addEventListener("change", ({ target }) => target.matches("#sort") && target.form.submit());
    previewOn(this);
    offerUndoOfPageBefore((video) => this.#changed(video.id));
  }

  #heard({ event, video, payload }) {
    if (["video.deleted", "video.purged"].includes(event)) this.#gone(video);
    else if (event === "video.image.ready") this.#hasPictures(video, payload.kind);
    else this.#changed(video);
  }

  #hasPictures(video, kind) {
    if (ON_CARDS.includes(kind) && this.#card(video)) this.#refresh(video);
  }

  #gone(video) {
    this.#place(video, null);
    this.#countSoon();
  }

  #changed(video) {
    this.#refresh(video);
    this.#countSoon();
  }

  #countSoon() {
    clearTimeout(this.#counting);
    this.#counting = setTimeout(() => this.#count(), COUNT_MS);
  }

  /** Fetch a card again at a new stage, which knows more about the video, such as its length. */
  #hearTick({ video, stage }) {
    const isNews = this.#stages.get(video) !== stage;
    this.#stages.set(video, stage);
    if (isNews && this.#card(video)) this.#refresh(video);
  }

  /** Update the numbers in the tabs; the first video also brings the tabs and the search. */
  async #count() {
    try {
      const page = await fetchPage(location.href);
      for (const shown of document.querySelectorAll("[data-counted]")) {
        const fresh = page?.querySelector(`[data-counted="${shown.dataset.counted}"]`);
        if (!fresh || shown.contains(document.activeElement)) continue;
        if (fresh.innerHTML !== shown.innerHTML) shown.replaceWith(document.adoptNode(fresh));
      }
      this.#picking.offer();
    } catch {
      // The next change triggers another count.
    }
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
      clearTimeout(this.#later.get(video)); // The server is unreachable, and the event does not come again.
      this.#later.set(video, setTimeout(() => this.#refresh(video), RETRY_MS));
    }
    const again = this.#asking.get(video);
    this.#asking.delete(video);
    if (again) this.#refresh(video);
  }

  #place(video, fresh) {
    const shown = this.#card(video);
    if (shown && fresh) {
      const focused = shown.contains(document.activeElement);
      const open = shown.querySelector("details")?.open;
      fresh.querySelector("details").open = open;
      this.#picking.carryOver(shown, fresh);
      shown.replaceWith(fresh);
      if (focused) fresh.querySelector(open ? "summary" : ".card-title a").focus();
    } else if (shown) {
      shown.remove();
    } else if (fresh && "newest" in this.dataset) {
      this.#insert(video, fresh);
    }
    this.#picking.tell();
    const isBare = this.querySelector(".card") === null;
    const goesOn = document.querySelector(".pager, .folders") !== null;
    this.querySelector(".empty").hidden = !isBare || goesOn;
    if (isBare && document.querySelector(".pager")) this.#refill();
  }

  /** Show the next videos if all on this page are gone and there are other pages. */
  async #refill() {
    try {
      const page = await fetchPage(location.href);
      const [cards, pager] = [".cards", ".pager"].map((part) => page.querySelector(part));
      this.querySelector(".cards").replaceChildren(...cards.children);
      if (pager) document.querySelector(".pager").replaceWith(pager);
      else document.querySelector(".pager")?.remove();
      this.querySelector(".empty").hidden = this.querySelector(".card") !== null;
    } catch {
      // This page stays, since a reload could show an error of the browser or a proxy.
      setTimeout(() => this.querySelector(".card") ?? this.#refill(), RETRY_MS);
    }
  }

  /** Insert a card, newest first: ids grow with time. A card older than all here belongs to another page. */
  #insert(video, fresh) {
    const cards = [...this.querySelectorAll(".card")];
    const next = cards.find((card) => card.dataset.video < video);
    if (next) next.before(fresh);
    else if (cards.length === 0 || "whole" in this.dataset) this.querySelector(".cards").append(fresh);
  }

  async #act(button) {
    const card = button.closest(".card");
    const { action, address } = button.dataset;
    if (action === "delete") await this.#discard([{ id: card.dataset.video, title: card.dataset.title }]);
    else if (action === "move") await this.#move([{ id: card.dataset.video, title: card.dataset.title }]);
    else if (action === "copy") await copyLink(card);
    else {
      try {
        await ask(address, { method: "POST" });
        this.#changed(card.dataset.video);
      } catch (problem) {
        toast(problem.message);
      }
    }
  }

  async #discard(videos) {
    const gone = await discard(videos, (video) => this.#changed(video.id));
    for (const { id } of gone) this.#gone(id);
  }

  async #move(videos) {
    if (await moveVideos(videos)) for (const { id } of videos) this.#changed(id);
  }

  #card(video) {
    return this.querySelector(`.card[data-video="${video}"]`);
  }
}

async function copyLink(card) {
  const link = card.querySelector(".card-title a").href;
  try {
    await navigator.clipboard.writeText(link);
    const held = card.querySelector("[data-standing]") !== null; // Moderators hold it back, whatever its owner chose.
    const alone = held || ["private", "draft"].includes(card.dataset.visibility);
    toast(alone ? "Link copied. Only you can open it: the video is not shared." : "Link copied.");
  } catch {
    toast(`The browser does not allow copying. The link is ${link}`);
  }
}

customElements.define("video-library", VideoLibrary);
