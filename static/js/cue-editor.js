// <cue-editor>: the cues or chapters of a track beside the player.

import { fetchPage, toast } from "./api.js";
import { CueConflicts, CueDrafts } from "./cue-panels.js";
import { CueFind } from "./cue-find.js";
import { CueHistory } from "./cue-history.js";
import { keyFor, showKeys } from "./cue-keys.js";
import { CuePlace } from "./cue-place.js";
import { fillRow, makeRow } from "./cue-row.js";
import { CueRows } from "./cue-rows.js";
import { CueShift } from "./cue-shift.js";
import { CueStore } from "./cue-store.js";
import { plain, toggleTag } from "./cue-text.js";
import { readTime, writeTime } from "./cue-times.js";
import * as edits from "./cues.js";
import { feed } from "./feed.js";
import { saveCopy } from "./cue-copy.js";
import "./lost-line.js";
import "./shortcuts.js";

const NUDGE_MS = 100;

class CueEditor extends HTMLElement {
  #store;
  #history = new CueHistory();
  #rows;
  #place;
  #find;
  #shift;
  #conflicts;
  #chosen = null;
  #cursor = null; // In the text of the chosen cue, once somebody has been there.

  async connectedCallback() {
    const { address, track, video } = this.dataset;
    this.#store = new CueStore(address, track);
    this.#rows = new CueRows(this.#part("list"), { make: () => this.#row(), fill: (...cue) => this.#fill(...cue) });
    this.#place = new CuePlace(this, (cues) => this.#showPlace(cues));
    this.#find = new CueFind(this.querySelector(".editor-find"), this);
    this.#shift = new CueShift(this.#part("shift"), this);
    this.#conflicts = new CueConflicts(this.#part("conflicts"), (key, choice) => this.#store.decide(key, choice));
    this.#store.addEventListener("state", ({ detail }) => this.#tell(detail));
    this.#store.addEventListener("change", () => this.#show());
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("player-lost", () => this.#bringPlayerBack());
    document.addEventListener("keydown", (event) => this.#pressed(event), { capture: true });
    addEventListener("beforeunload", (event) => this.#store.isUnsaved && event.preventDefault());
    feed.addEventListener("event", ({ detail }) => detail.video === video && this.#heard(detail));
    for (const field of this.querySelectorAll(".editor-time input")) {
      field.addEventListener("change", () => this.#timed(field));
    }
    await this.#begin();
  }

  get cues() {
    return this.#store.cues;
  }

  get chosen() {
    return this.cues.find(({ key }) => key === this.#chosen) ?? null;
  }

  /** Make a change, which can be undone. A refusal is told. Changes of the same `kind` are one step. */
  edit(make, { kind = null, choose } = {}) {
    try {
      const before = this.cues;
      const made = make(before);
      const after = this.#isChapters ? edits.followed(made, Number(this.dataset.duration)) : made;
      this.#history.note(before, after, kind);
      this.#store.change(after);
    } catch (problem) {
      if (!(problem instanceof edits.Refused)) throw problem;
      toast(problem.message);
      return;
    }
    if (choose) this.#chosen = choose;
    this.#show();
  }

  /** Choose a cue and bring it into view; return its row. */
  choose(key, { focus = false } = {}) {
    if (this.#chosen !== key) this.#cursor = null;
    this.#chosen = key;
    const row = this.#rows.reach(key);
    if (focus) row?.querySelector(".editor-text").focus();
    this.#showChosen();
    return row;
  }

  get #isChapters() {
    return "chapters" in this.dataset;
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  async #begin() {
    try {
      await this.#store.load();
    } catch (problem) {
      this.#tell({ state: "failed", words: `The text cannot be read: ${problem.message}` });
      setTimeout(() => this.#begin(), 5000);
      return;
    }
    this.#show();
    const drafts = new CueDrafts(this.#part("drafts"), this.#store);
    drafts.show(await this.#store.left());
  }

  #heard({ event, payload: { track } }) {
    if (track?.id !== this.dataset.track) return;
    if (event === "video.track.deleted") this.#store.lose();
    else if (track.revision) this.#store.hear(track.revision);
  }

  #show() {
    const { cues } = this;
    if (!this.chosen && cues.length) this.#chosen = cues[0].key;
    this.#rows.show(cues);
    this.#part("list").hidden = !cues.length;
    this.#part("empty").hidden = cues.length > 0;
    this.#conflicts.show(this.#store.conflicts, cues);
    this.querySelector('[data-do="undo"]').disabled = !this.#history.canUndo;
    this.querySelector('[data-do="redo"]').disabled = !this.#history.canRedo;
    this.#place.look();
    this.#showChosen();
  }

  #tell({ state, words }) {
    const line = this.#part("state");
    line.dataset.state = state;
    if (line.firstChild?.data !== words) line.replaceChildren(words);
    if (state !== "gone") return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Download it" });
    button.dataset.do = "copy";
    line.append(" ", button);
  }

  #row() {
    const { row, text, start } = makeRow({ isChapter: this.#isChapters });
    text.addEventListener("input", () => this.#typed(row.dataset.key, text));
    for (const event of ["keyup", "pointerup", "select", "input"]) text.addEventListener(event, () => (this.#cursor = text.selectionStart));
    row.addEventListener("focusin", () => this.#focused(row));
    start?.addEventListener("change", () => this.#begun(row.dataset.key, start));
    return row;
  }

  #fill(row, cue, at, next) {
    const [isShown, isChosen] = [this.#place.isShown(cue.key), cue.key === this.#chosen];
    fillRow(row, cue, { at, next, isShown, isChosen, isChapter: this.#isChapters });
  }

  /** Take the start of a chapter from its line. */
  #begun(key, field) {
    const time = readTime(field.value);
    if (time === null) field.value = writeTime(this.cues.find((cue) => cue.key === key).start);
    else this.edit((cues) => edits.set(cues, key, { start: time }));
  }

  #typed(key, field) {
    this.edit((cues) => edits.set(cues, key, { text: field.value }), { kind: `text ${key}` });
  }

  #focused(row) {
    if (this.#chosen === row.dataset.key) return;
    this.#chosen = row.dataset.key;
    this.#cursor = null;
    this.#rows.draw();
    this.#showChosen();
  }

  /** Show the times of the chosen cue, unless one is being written. */
  #showChosen() {
    const cue = this.chosen;
    this.#part("cue").disabled = !cue;
    for (const line of this.querySelectorAll(".editor-time")) {
      const field = line.querySelector("input");
      if (field !== document.activeElement) field.value = cue ? writeTime(cue[line.dataset.time]) : "";
    }
    this.#rows.draw();
  }

  #showPlace(shown) {
    this.#rows.draw();
    const text = shown.at(-1);
    const box = this.#part("shown");
    box.replaceChildren(text ? asHtml(text) : "");
    const isElsewhere = this.#part("list").contains(document.activeElement) && document.activeElement.matches("input, textarea");
    if (text && this.#part("follow").checked && !isElsewhere) this.#rows.reach(text.key);
  }

  #clicked(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const row = button.closest("[data-key]");
    if (row) this.#chosen = row.dataset.key;
    this.#do(button.dataset.do, button);
  }

  #pressed(event) {
    if (document.querySelector("dialog[open]")) return;
    const wish = keyFor(event);
    if (!wish) return;
    event.preventDefault();
    this.#do(wish, event.target);
  }

  #do(wish, target) {
    const time = target.closest?.(".editor-time")?.dataset.time;
    const acts = {
      undo: () => this.#step("undo"),
      redo: () => this.#step("redo"),
      keys: () => showKeys(),
      find: () => this.#find.toggle(),
      shift: () => this.#shift.show(),
      jump: () => this.#place.jump(this.chosen),
      play: () => this.#place.playOrPause(),
      next: () => this.#go(1),
      previous: () => this.#go(-1),
      insert: () => this.#insert(this.#freePlace()),
      first: () => this.#insert(this.#place.now),
      copy: () => saveCopy(this.dataset.name, this.cues),
      earlier: () => this.#nudge(time, -NUDGE_MS),
      later: () => this.#nudge(time, NUDGE_MS),
      now: () => this.#time(time, this.#place.now),
      "start-now": () => this.#time("start", this.#place.now),
      "end-now": () => this.#isChapters || this.#time("end", this.#place.now),
    };
    if (acts[wish]) acts[wish]();
    else if (this.chosen) this.#change(wish, this.chosen);
  }

  #change(wish, { key }) {
    if (this.#isChapters && wish !== "delete") return;
    const second = edits.newKey();
    const acts = {
      split: () => this.edit((cues) => edits.split(cues, key, second, { at: this.#place.now, cursor: this.#cursor })),
      join: () => this.edit((cues) => edits.join(cues, key)),
      italic: () => this.#mark(key, "i"),
      bold: () => this.#mark(key, "b"),
      delete: () => this.#delete(key),
    };
    acts[wish]?.();
  }

  #step(way) {
    const step = this.#history[way](this.cues);
    if (!step) return;
    this.#store.change(step.cues);
    this.#show();
    if (step.key) this.choose(step.key);
  }

  #go(step) {
    const at = this.#rows.placeOf(this.#chosen) + step;
    const cue = this.cues[Math.max(0, Math.min(at, this.cues.length - 1))];
    if (cue) this.choose(cue.key, { focus: true });
  }

  #insert(at) {
    const key = edits.newKey();
    this.edit((cues) => edits.insert(cues, key, at), { choose: key });
    this.choose(key, { focus: true });
  }

  /** Return where a new cue begins: behind the chosen one; a chapter at the moment of the player, or some
   * seconds later if one begins there already. */
  #freePlace() {
    if (!this.#isChapters) return this.chosen?.end ?? this.#place.now;
    let { now } = this.#place;
    while (this.cues.some(({ start }) => start === now)) now += 1000;
    return now;
  }

  #delete(key) {
    const at = this.#rows.placeOf(key);
    this.edit((cues) => edits.remove(cues, key));
    const next = this.cues[at] ?? this.cues.at(-1);
    if (next) this.choose(next.key, { focus: true });
  }

  #mark(key, tag) {
    const field = this.choose(key)?.querySelector(".editor-text");
    if (!field) return;
    const marked = toggleTag(field.value, tag, field.selectionStart, field.selectionEnd);
    this.edit((cues) => edits.set(cues, key, { text: marked.text }));
    field.focus();
    field.setSelectionRange(marked.from, marked.to);
  }

  #nudge(name, by) {
    if (this.chosen) this.#time(name, Math.max(0, this.chosen[name] + by));
  }

  #time(name, ms) {
    if (!this.chosen) return;
    this.querySelector("#cue-time-problem").textContent = "";
    this.edit((cues) => edits.set(cues, this.#chosen, { [name]: ms }));
    this.#rows.reach(this.#chosen);
  }

  #timed(field) {
    const time = readTime(field.value);
    const note = this.querySelector("#cue-time-problem");
    note.textContent = time === null ? "Write a time such as 1:02.500." : "";
    if (time !== null) this.#time(field.closest(".editor-time").dataset.time, time);
    if (this.chosen && time !== null) field.value = writeTime(time);
  }

  /** Give the player a new address when its own has expired. */
  async #bringPlayerBack() {
    const next = (await fetchPage(location.href))?.querySelector("vod-player");
    if (next) this.querySelector("vod-player").take(next.dataset, { anew: true });
  }
}

/** Return the text as players show it; the browser makes elements of WebVTT's own tags alone. */
function asHtml({ text }) {
  if (!globalThis.VTTCue?.prototype.getCueAsHTML) return plain(text);
  return new VTTCue(0, 1, text).getCueAsHTML();
}

customElements.define("cue-editor", CueEditor);
