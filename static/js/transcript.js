// <player-transcript>: the text of the film beside it, which follows along, is searched, and jumps.

import { toast } from "./api.js";
import { copyText } from "./clipboard.js";
import { keep, kept } from "./kept.js";
import { TranscriptLines } from "./transcript-lines.js";

const OPEN = "transcript";
const SEARCH_MS = 150;
const FILES = ["txt", "srt", "vtt"];

class PlayerTranscript extends HTMLElement {
  #player = null;
  #lines;
  #text = null; // The text that is shown, with its revision.
  #picked = null; // The id of the text that the viewer picked here.
  #followed = null; // The id of the captions that were shown last.
  #isFollowing = true;
  #found = { count: 0, at: 0 };
  #later = null;

  connectedCallback() {
    this.#lines = new TranscriptLines(this.#part("lines"), { jump: (seconds) => this.#jump(seconds) });
    this.closest("live-page").addEventListener("player-texts", ({ target }) => this.#take(target));
    this.#toggle.addEventListener("click", () => this.#show(this.hidden));
    this.#part("close").addEventListener("click", () => this.#show(false, { back: true }));
    this.#part("text").addEventListener("change", ({ target }) => this.#pick(target.value));
    this.#part("copy").addEventListener("click", () => this.#copy());
    this.#part("follow").addEventListener("click", () => this.#follow(true));
    this.#part("search").addEventListener("input", () => this.#searchSoon());
    this.#part("search").addEventListener("keydown", (event) => this.#searchKey(event));
    this.#part("before").addEventListener("click", () => this.#goTo(this.#found.at - 1));
    this.#part("after").addEventListener("click", () => this.#goTo(this.#found.at + 1));
    for (const name of ["wheel", "touchmove"]) {
      this.#part("lines").addEventListener(name, () => this.#follow(false), { passive: true });
    }
    this.#part("lines").addEventListener("pointerdown", ({ target }) => target === this.#part("lines") && this.#follow(false));
    this.#part("lines").addEventListener("keydown", ({ key }) => /^(Arrow|Page|Home|End)/.test(key) && this.#follow(false));
  }

  get #texts() {
    return this.#player.texts;
  }

  get #toggle() {
    return document.querySelector(`[aria-controls="${this.id}"]`);
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  /** Take over the texts of a player, which may be another one than before. */
  #take(player) {
    if (player !== this.#player) {
      this.#player = player;
      for (const name of ["list", "loaded"]) this.#texts.addEventListener(name, () => this.#list());
      for (const name of ["timeupdate", "seeking"]) player.media.addEventListener(name, () => this.#tick());
      if (kept(OPEN)) this.#show(true, { moves: false });
    }
    this.#list();
  }

  #list() {
    const { choices, chosen } = this.#texts;
    this.#toggle.hidden = choices.length === 0;
    if (choices.length === 0) this.#show(false, { keeps: false });
    if (chosen && chosen.id !== this.#followed) this.#picked = null;
    this.#followed = chosen?.id ?? null;
    if (!this.hidden) this.#fill();
  }

  #fill() {
    const { choices, suggested } = this.#texts;
    const text = choices.find(({ id }) => id === this.#picked) ?? suggested;
    if (!text) return;
    const options = choices.map(({ id, name }) => new Option(name, id, false, id === text.id));
    this.#part("text").replaceChildren(...options);
    this.#part("text").hidden = choices.length < 2;
    for (const kind of FILES) this.#part(kind).href = `${text.address}.${kind}?download`;
    this.#texts.read(text.id);
    const cues = this.#texts.cuesOf(text.id);
    if (!cues || (this.#text?.id === text.id && this.#text.revision === text.revision)) return;
    this.#text = text;
    this.#part("lines").lang = text.language;
    this.#lines.show(cues);
    if (this.#part("search").value) this.#search();
    this.#tick();
  }

  #show(open, { moves = true, back = false, keeps = true } = {}) {
    if (this.hidden === !open) return;
    this.hidden = !open;
    this.#toggle.setAttribute("aria-expanded", String(open));
    if (keeps) keep(OPEN, open);
    if (open) {
      this.#fill();
      this.#follow(true);
      // On a touchscreen the focus would bring up the keyboard, over the text.
      if (moves && !matchMedia("(pointer: coarse)").matches) this.#part("search").focus({ preventScroll: true });
    } else if (back) this.#toggle.focus();
  }

  #pick(id) {
    this.#picked = id;
    this.#fill();
  }

  #tick() {
    if (!this.hidden) this.#lines.follow(this.#player.media.currentTime, { follows: this.#isFollowing });
  }

  #follow(follows) {
    this.#isFollowing = follows;
    this.#part("follow").hidden = follows;
    if (!follows) return;
    this.#tick();
    this.#lines.showCurrent();
  }

  #jump(seconds) {
    this.#player.jump(seconds);
    this.#follow(true);
  }

  #searchSoon() {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#search(), SEARCH_MS);
  }

  #search() {
    this.#later = null;
    const { value } = this.#part("search");
    this.#found = { count: this.#lines.search(value), at: 0 };
    for (const name of ["before", "after"]) this.#part(name).hidden = this.#found.count === 0;
    if (this.#found.count) this.#goTo(0);
    else this.#part("found").textContent = value.trim() ? "No matches" : "";
  }

  #goTo(number) {
    const { count } = this.#found;
    if (!count) return;
    this.#found.at = (number + count) % count;
    this.#follow(false);
    this.#lines.showMark(this.#found.at);
    this.#part("found").textContent = `${this.#found.at + 1} of ${count}`;
  }

  #searchKey(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (this.#later) {
      clearTimeout(this.#later);
      this.#search();
    } else this.#goTo(this.#found.at + (event.shiftKey ? -1 : 1));
  }

  async #copy() {
    toast((await copyText(this.#lines.text)) ? "Copied." : "The browser does not allow copying.");
  }
}

customElements.define("player-transcript", PlayerTranscript);
