// The lines of a transcript: one button for each cue, in chunks that the browser lays out only when
// they are near.

import { clock } from "./words.js";

const CHUNK = 50;

/** The lines within an element. One line at a time is in the order of the Tab key; arrow keys move
 * between them. */
export class TranscriptLines {
  #list;
  #lines = [];
  #current = -1;
  #marks = [];
  #mark = -1;

  constructor(list, { jump }) {
    this.#list = list;
    list.addEventListener("click", ({ target }) => {
      const line = target.closest("button");
      if (line) jump(this.#lines[Number(line.dataset.number)].start);
    });
    list.addEventListener("keydown", (event) => this.#move(event));
  }

  /** Show cues in place of those before. */
  show(cues) {
    this.#lines = cues.map((cue, number) => lineOf(cue, number));
    this.#current = -1;
    this.#forgetMarks();
    const chunks = [];
    for (let first = 0; first < this.#lines.length; first += CHUNK) {
      const chunk = Object.assign(document.createElement("div"), { className: "transcript-chunk" });
      chunk.append(...this.#lines.slice(first, first + CHUNK).map(({ item }) => item));
      chunks.push(chunk);
    }
    this.#list.replaceChildren(...chunks);
    this.#reachable(0);
  }

  /** The whole text, a line for each cue. */
  get text() {
    return this.#lines.map(({ words }) => words.textContent).join("\n");
  }

  /** Mark the line that is spoken at a time; `follows` keeps it in view. */
  follow(time, { follows }) {
    const number = lastAt(this.#lines, time);
    if (number !== this.#current) {
      this.#lines[this.#current]?.button.removeAttribute("aria-current");
      this.#lines[number]?.button.setAttribute("aria-current", "true");
      this.#current = number;
      if (follows && !this.#list.contains(document.activeElement)) this.#reachable(number);
      if (follows) this.showCurrent();
    }
  }

  /** Bring the current line into the middle of the list. The page itself does not move. */
  showCurrent() {
    this.#center(this.#lines[this.#current]?.item);
  }

  /** Mark all places of a text, and return their number. */
  search(text) {
    this.#forgetMarks();
    if (!text.trim()) return 0;
    const pattern = new RegExp(text.trim().replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&").replaceAll(/\s+/g, "\\s+"), "giu");
    for (const { words } of this.#lines) {
      const parts = marked(words.textContent, pattern);
      if (!parts) continue;
      words.replaceChildren(...parts);
      this.#marks.push(...words.querySelectorAll("mark"));
    }
    return this.#marks.length;
  }

  /** Show a place that `search` found, by its number from 0. */
  showMark(number) {
    this.#marks[this.#mark]?.removeAttribute("data-current");
    this.#mark = number;
    const mark = this.#marks[number];
    mark?.setAttribute("data-current", "");
    this.#center(mark);
    const line = mark?.closest("button");
    if (line) this.#reachable(Number(line.dataset.number));
  }

  #forgetMarks() {
    for (const words of new Set(this.#marks.map((mark) => mark.parentElement))) {
      words.textContent = words.textContent; // eslint-disable-line no-self-assign -- without marks
    }
    this.#marks = [];
    this.#mark = -1;
  }

  #center(element) {
    if (!element) return;
    const list = this.#list.getBoundingClientRect();
    const { top, height } = element.getBoundingClientRect();
    this.#list.scrollTop += top - list.top - (list.height - height) / 2;
  }

  #reachable(number) {
    const before = this.#list.querySelector("button[tabindex='0']");
    before?.setAttribute("tabindex", "-1");
    this.#lines[Math.max(0, number)]?.button.setAttribute("tabindex", "0");
  }

  #move(event) {
    const at = Number(event.target.closest("button")?.dataset.number ?? -1);
    const last = this.#lines.length - 1;
    const to = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.#reachable(to);
    this.#lines[to].button.focus({ preventScroll: true });
    this.#center(this.#lines[to].item);
  }
}

/** Return the number of the last line that begins until a time; -1 before the first. */
export function lastAt(lines, time) {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function lineOf(cue, number) {
  const button = Object.assign(document.createElement("button"), { type: "button", tabIndex: -1 });
  button.dataset.number = number;
  const time = Object.assign(document.createElement("span"), { className: "transcript-time", textContent: clock(cue.startTime) });
  const text = cue.getCueAsHTML().textContent.trim();
  const words = Object.assign(document.createElement("span"), { className: "transcript-words", dir: "auto", textContent: text });
  button.append(time, words);
  const item = document.createElement("div");
  item.setAttribute("role", "listitem");
  item.append(button);
  return { start: cue.startTime, item, button, words };
}

/** Return a text's parts with its matches in marks; null without a match. */
function marked(text, pattern) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    parts.push(text.slice(end, index), Object.assign(document.createElement("mark"), { textContent: found }));
    end = index + found.length;
  }
  return parts.length ? [...parts, text.slice(end)] : null;
}
