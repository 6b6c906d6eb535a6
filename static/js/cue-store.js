// The cues of a track as this page has them, and their way to the server: kept in the browser at once,
// sent after a short pause, and merged with what others have saved meanwhile.

import { ask } from "./api.js";
import { CueDraft } from "./cue-draft.js";
import { merge } from "./cue-merge.js";
import { refusal } from "./cue-problems.js";
import { edited } from "./cue-text.js";
import { CueVersions } from "./cue-versions.js";
import { newKey, ordered } from "./cues.js";

const PAUSE_MS = 1000;
const LONGEST_TYPING_MS = 10_000;
const LONGEST_WAIT_MS = 60_000;
const TOO_MANY = 429;
const MOST_MERGES = 5;

/** Dispatches "change" when cues or conflicts change from outside, and "state" with {state, words}: saved,
 * waiting, saving, failed, undecided, refused or gone. */
export class CueStore extends EventTarget {
  cues = [];
  conflicts = [];
  #address;
  #draft;
  #server = new CueVersions();
  #timer;
  #since = null; // When the first change was made that was not sent.
  #failures = 0;
  #took = 0;
  #work = Promise.resolve();
  #heard = 0;
  #isGone = false;
  #isKept = true;

  constructor(address, track) {
    super();
    this.#address = address;
    this.#draft = new CueDraft(track);
    addEventListener("online", () => this.isUnsaved && this.save());
  }

  async load() {
    const { revision, cues } = await ask(this.#address);
    this.#server.accept(revision, cues.map(read));
    this.cues = [...this.#server.base];
    this.#tell("saved", "Saved");
  }

  /** Whether something is not on the server yet. */
  get isUnsaved() {
    return isAny(this.#server.changes(this.cues));
  }

  /** Return what closed tabs have left of this track. */
  left() {
    return this.#draft.left();
  }

  forget(tab) {
    this.#draft.forget(tab);
  }

  /** Take over what a closed tab has left, as if it had been done here. */
  restore({ tab, base, cues, conflicts }) {
    const merged = merge(base, ordered(cues), this.cues.map((cue) => ({ ...cue, was: cue.key })));
    const keys = new Map(merged.base.map(({ key, was }) => [key, was]));
    const renamed = ({ was, ...cue }) => ({ ...cue, key: keys.get(cue.key) ?? cue.key });
    const open = conflicts.filter(({ key }) => !merged.conflicts.some((one) => one.key === key));
    const disputed = [...merged.conflicts, ...open].map(({ key, theirs }) => ({ key: keys.get(key) ?? key, theirs: theirs && renamed(theirs) }));
    this.cues = merged.cues.map(renamed);
    this.conflicts = [...this.conflicts, ...disputed];
    this.#changed();
    if (this.#isKept) this.#draft.forget(tab);
    this.dispatchEvent(new Event("change"));
  }

  /** Take over cues that somebody has changed on this page. */
  change(cues) {
    this.cues = cues;
    this.#changed();
  }

  /** Decide on a conflict: "mine", "theirs" or "both". */
  decide(key, choice) {
    const { theirs } = this.conflicts.find((one) => one.key === key);
    this.conflicts = this.conflicts.filter((one) => one.key !== key);
    const others = choice === "theirs" ? this.cues.filter((cue) => cue.key !== key) : this.cues;
    const added = choice !== "mine" && theirs ? [{ ...theirs, key: choice === "both" ? newKey() : key }] : [];
    this.change(ordered([...others, ...added]));
    this.dispatchEvent(new Event("change"));
  }

  /** Read what somebody else has saved, if the revision is a newer one. */
  hear(revision) {
    this.#heard = Math.max(this.#heard, revision);
    this.#work = this.#work.then(() => this.#catchUp());
  }

  /** Know that the track was deleted. */
  lose() {
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#tell("gone", "This track was deleted. Your text is still here: download it to keep it.");
  }

  save() {
    clearTimeout(this.#timer);
    this.#since = null;
    this.#work = this.#work.then(() => this.#saveNow());
    return this.#work;
  }

  #changed() {
    this.#keep();
    if (this.#isGone) return this.lose();
    const now = performance.now();
    this.#since ??= now;
    // A long text takes the server a while. Who writes without a pause is saved now and then.
    const pause = Math.max(PAUSE_MS, 3 * this.#took);
    this.#later(now - this.#since > LONGEST_TYPING_MS ? 0 : pause);
    if (this.isUnsaved) this.#tell("waiting", this.#isKept ? "Not saved yet" : "Not saved yet, and this browser has no room to keep it. Do not close the page.");
  }

  #later(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), ms);
  }

  /** Keep in the browser what is not on the server. */
  #keep() {
    const { revision, base } = this.#server;
    const changes = this.#server.changes(this.cues);
    if (isAny(changes)) this.#isKept = this.#draft.keep({ revision, base, ...changes, conflicts: this.conflicts });
    else this.#draft.forget();
  }

  async #saveNow() {
    if (this.#isGone) return;
    const waiting = this.cues.filter((cue) => refusal(cue));
    const sent = this.#server.sendable(this.cues);
    if (this.conflicts.length) return this.#tellUndecided();
    if (this.#server.hasAll(sent)) return this.#tellSaved(waiting);
    this.#tell("saving", "Saving…");
    const began = performance.now();
    try {
      await this.#put(sent);
    } catch (problem) {
      return this.#failed(problem);
    }
    this.#took = performance.now() - began;
    this.#failures = 0;
    if (this.conflicts.length) return this.#tellUndecided();
    if (this.isUnsaved && !this.#isOnly(waiting)) this.#changed();
    else this.#tellSaved(waiting);
    if (this.#heard > this.#server.revision) await this.#catchUp();
  }

  /** Send cues; if others have saved meanwhile, merge and send again. */
  async #put(sent, merges = 0) {
    const body = { revision: this.#server.revision, cues: sent.map(written) };
    try {
      const { revision, cues } = await ask(this.#address, { method: "PUT", body });
      this.#server.accept(revision, cues.map((cue, at) => ({ ...read(cue), key: sent[at].key })), sent);
      this.#keep();
    } catch (problem) {
      if (problem.code !== "track_changed" || merges === MOST_MERGES) throw problem;
      await this.#pull();
      if (!this.conflicts.length) await this.#put(this.#server.sendable(this.cues), merges + 1);
    }
  }

  async #catchUp() {
    if (this.#isGone || this.#heard <= this.#server.revision) return;
    try {
      await this.#pull();
    } catch {
      return; // The next save finds out.
    }
    if (this.conflicts.length) this.#tellUndecided();
    else if (this.isUnsaved) this.#changed();
  }

  /** Read the server's cues and merge them with those of this page. */
  async #pull() {
    const { revision, cues } = await ask(this.#address);
    const merged = this.#server.merged(this.cues, cues.map(read));
    const open = this.conflicts.filter(({ key }) => !merged.conflicts.some((one) => one.key === key));
    this.#server.accept(revision, merged.base);
    this.cues = merged.cues;
    this.conflicts = [...merged.conflicts, ...open.map(({ key }) => ({ key, theirs: merged.base.find((cue) => cue.key === key) ?? null }))];
    this.#keep();
    this.dispatchEvent(new Event("change"));
  }

  #isOnly(waiting) {
    const { changed, gone } = this.#server.changes(this.cues);
    return !gone.length && changed.every((cue) => waiting.includes(cue));
  }

  #failed({ status, message, code }) {
    if (status === 404) return this.lose();
    const mayPass = status === 0 || status === TOO_MANY || status >= 500 || status === 401 || status === 403 || code === "track_changed";
    if (mayPass) {
      const wait = Math.min(LONGEST_WAIT_MS, 2000 * 2 ** this.#failures++);
      this.#later(wait * (0.75 + Math.random() / 2));
    }
    const after = mayPass ? "It is kept in this browser, and tried again by itself." : "Mend it, and it is saved.";
    this.#tell("failed", `Not saved: ${message} ${after}`);
  }

  #tellUndecided() {
    const count = this.conflicts.length;
    this.#tell("undecided", `Not saved: ${count === 1 ? "a cue was" : `${count} cues were`} changed by somebody else as well. Choose what to keep.`);
  }

  #tellSaved(waiting) {
    const left = waiting.filter((cue) => this.cues.includes(cue));
    if (!left.length) return this.#tell("saved", "Saved");
    const number = this.cues.indexOf(left[0]) + 1;
    const more = left.length > 1 ? `, and ${left.length - 1} more` : "";
    return this.#tell("refused", `Saved but for cue ${number}${more}: ${refusal(left[0])}`);
  }

  #tell(state, words) {
    this.dispatchEvent(new CustomEvent("state", { detail: { state, words } }));
  }
}

const isAny = ({ changed, gone }) => changed.length > 0 || gone.length > 0;

const read = ({ start, end, text, settings, identifier }) => ({
  start: Math.round(start * 1000),
  end: Math.round(end * 1000),
  text: edited(text),
  settings,
  identifier,
});

const written = ({ start, end, text, settings, identifier }) => ({ start: start / 1000, end: end / 1000, text, settings, identifier });
