// What the server has of a track, and how the cues of a page differ from it.

import { merge } from "./cue-merge.js";
import { refusal } from "./cue-problems.js";
import { isSame, newKey } from "./cues.js";

export class CueVersions {
  revision = 0;
  base = []; // As the server has them.
  #stored = new Map(); // The same by key.
  #sent = new Map(); // As they were sent: the server may write a text in another way.

  /** Take over what the server has at a revision, and what it was sent for that. */
  accept(revision, cues, sent = []) {
    this.revision = revision;
    this.base = cues.map((cue) => (cue.key ? cue : { ...cue, key: newKey() }));
    this.#stored = new Map(this.base.map((cue) => [cue.key, cue]));
    this.#sent = new Map(sent.map((cue) => [cue.key, cue]));
  }

  /** Return what differs: cues that changed or are new, and the keys of those that are gone. */
  changes(cues) {
    const here = new Set(cues.map(({ key }) => key));
    return {
      changed: cues.filter((cue) => !this.#has(cue)),
      gone: this.base.map(({ key }) => key).filter((key) => !here.has(key)),
    };
  }

  /** Return the cues as they can be saved, by their start: one that cannot is sent as it is stored, or
   * not at all. */
  sendable(cues) {
    const told = cues.map((cue) => (refusal(cue) ? this.#stored.get(cue.key) : cue)).filter(Boolean);
    return told.sort((one, other) => one.start - other.start);
  }

  /** Whether the server has these cues and no others. */
  hasAll(cues) {
    return cues.length === this.base.length && cues.every((cue) => this.#has(cue));
  }

  /** Merge cues of the page with those that the server has now. */
  merged(cues, theirs) {
    const mine = cues.map((cue) => (this.#has(cue) ? this.#stored.get(cue.key) : cue));
    return merge(this.base, mine, theirs);
  }

  #has(cue) {
    const [stored, sent] = [this.#stored.get(cue.key), this.#sent.get(cue.key)];
    if (!stored) return false;
    return cue === stored || isSame(cue, stored) || (sent !== undefined && isSame(cue, sent));
  }
}
