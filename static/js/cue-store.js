// The cues of a track as this page has them, and their way to the server: kept in the browser at once,
// sent after a short pause, and merged with what others have saved meanwhile.

import { ask } from "./api.js";
import { CueDraft } from "./cue-draft.js";
import { merge } from "./cue-merge.js";
import { refusal } from "./cue-problems.js";
import { edited } from "./cue-text.js";
import { isSame, newKey, ordered } from "./cues.js";

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
  #revision = 0;
  #base = []; // As the server has them.
  #sent = new Map(); // By key, as they were sent: the server may write a text in another way.
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
    this.#accept(revision, cues.map(read));
    this.cues = [...this.#base];
    this.#tell("saved", "Saved");
  }

  /** Whether something is not on the server yet. */
  get isUnsaved() {
    const { changed, gone } = this.#changes();
    return changed.length > 0 || gone.length > 0;
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
    const changes = this.#changes();
    if (changes.changed.length || changes.gone.length) {
      this.#isKept = this.#draft.keep({ revision: this.#revision, base: this.#base, ...changes, conflicts: this.conflicts });
    } else {
      this.#draft.forget();
    }
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

  /** Return what differs from the server: cues that changed or are new, and the keys of those gone. */
  #changes() {
    const base = new Map(this.#base.map((cue) => [cue.key, cue]));
    const changed = this.cues.filter((cue) => !this.#isStored(cue, base.get(cue.key)));
    for (const cue of this.cues) base.delete(cue.key);
    return { changed, gone: [...base.keys()] };
  }

  #isStored(cue, stored) {
    if (!stored) return false;
    const sent = this.#sent.get(cue.key);
    return cue === stored || isSame(cue, stored) || (sent !== undefined && isSame(cue, sent));
  }

  async #saveNow() {
    if (this.#isGone) return;
    const waiting = this.cues.filter((cue) => refusal(cue));
    const sent = this.#sendable();
    if (this.conflicts.length) return this.#tellUndecided();
    if (this.#hasNothingNew(sent)) return this.#tellSaved(waiting);
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
    if (this.#heard > this.#revision) await this.#catchUp();
  }

  /** Send cues; if others have saved meanwhile, merge and send again. */
  async #put(sent, merges = 0) {
    const body = { revision: this.#revision, cues: sent.map(written) };
    try {
      const { revision, cues } = await ask(this.#address, { method: "PUT", body });
      this.#accept(revision, cues.map((cue, at) => ({ ...read(cue), key: sent[at].key })));
      this.#sent = new Map(sent.map((cue) => [cue.key, cue]));
      this.#keepRest();
    } catch (problem) {
      if (problem.code !== "track_changed" || merges === MOST_MERGES) throw problem;
      await this.#pull();
      if (!this.conflicts.length) await this.#put(this.#sendable(), merges + 1);
    }
  }

  /** Keep only what changed while the rest was on its way. */
  #keepRest() {
    const changes = this.#changes();
    if (!changes.changed.length && !changes.gone.length) this.#draft.forget();
    else this.#draft.keep({ revision: this.#revision, base: this.#base, ...changes, conflicts: this.conflicts });
  }

  async #catchUp() {
    if (this.#isGone || this.#heard <= this.#revision) return;
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
    const stored = new Map(this.#base.map((cue) => [cue.key, cue]));
    const mine = this.cues.map((cue) => (this.#isStored(cue, stored.get(cue.key)) ? stored.get(cue.key) : cue));
    const merged = merge(this.#base, mine, cues.map(read));
    const open = this.conflicts.filter(({ key }) => !merged.conflicts.some((one) => one.key === key));
    this.#accept(revision, merged.base);
    this.cues = merged.cues;
    this.conflicts = [...merged.conflicts, ...open.map(({ key }) => ({ key, theirs: merged.base.find((cue) => cue.key === key) ?? null }))];
    this.#keepRest();
    this.dispatchEvent(new Event("change"));
  }

  #accept(revision, cues) {
    this.#revision = revision;
    this.#base = cues.map((cue) => (cue.key ? cue : { ...cue, key: newKey() }));
    this.#sent = new Map();
  }

  /** Return the cues as they can be saved: one that cannot is sent as it is stored, or not at all. */
  #sendable() {
    const stored = new Map(this.#base.map((cue) => [cue.key, cue]));
    const told = this.cues.map((cue) => (refusal(cue) ? stored.get(cue.key) : cue)).filter(Boolean);
    return told.sort((one, other) => one.start - other.start);
  }

  #hasNothingNew(sent) {
    const stored = new Map(this.#base.map((cue) => [cue.key, cue]));
    return sent.length === stored.size && sent.every((cue) => this.#isStored(cue, stored.get(cue.key)));
  }

  #isOnly(waiting) {
    const { changed, gone } = this.#changes();
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

const read = ({ start, end, text, settings, identifier }) => ({
  start: Math.round(start * 1000),
  end: Math.round(end * 1000),
  text: edited(text),
  settings,
  identifier,
});

const written = ({ start, end, text, settings, identifier }) => ({ start: start / 1000, end: end / 1000, text, settings, identifier });
