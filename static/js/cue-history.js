// Undo and redo of changes of cues. A step keeps each changed cue as it was and as it became, so that it
// can be taken back after cues of others have changed.

import { FIELDS, ordered } from "./cues.js";

const MOST_STEPS = 500;
const ONE_STEP_MS = 1000;

export class CueHistory {
  #done = [];
  #undone = [];

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Note a change. Changes with the same `kind` in quick succession are one step: typing. */
  note(before, after, kind = null) {
    const changes = changesOf(before, after);
    if (!changes.size) return;
    const last = this.#done.at(-1);
    const now = performance.now();
    if (kind && last?.kind === kind && now - last.at < ONE_STEP_MS) {
      for (const [key, { from, to }] of changes) last.changes.set(key, { from, ...last.changes.get(key), to });
      last.at = now;
    } else {
      this.#done.push({ kind, at: now, changes });
      if (this.#done.length > MOST_STEPS) this.#done.shift();
    }
    this.#undone = [];
  }

  /** Return the cues as before the last step, and the key of one that changed; null if there is none. */
  undo(cues) {
    return this.#move(cues, this.#done, this.#undone, ({ from, to }) => ({ from: to, to: from }));
  }

  redo(cues) {
    return this.#move(cues, this.#undone, this.#done, (change) => change);
  }

  #move(cues, from, to, turned) {
    const step = from.pop();
    if (!step) return null;
    to.push({ ...step, kind: null });
    const rows = new Map(cues.map((cue) => [cue.key, cue]));
    let key = null;
    for (const [name, change] of step.changes) {
      const wanted = made(turned(change), rows.get(name));
      if (wanted) rows.set(name, wanted);
      else rows.delete(name);
      key ??= wanted && name;
    }
    return { cues: ordered(rows.values()), key };
  }
}

/** Return a cue with the change, as far as nobody else has changed it since. */
function made({ from, to }, now) {
  if (!from) return to;
  if (!to || !now) return null;
  const wanted = { ...now };
  for (const field of FIELDS) if (now[field] === from[field]) wanted[field] = to[field];
  return wanted;
}

/** Return by key what changed between two lists: {from, to}, null where there is none. */
function changesOf(before, after) {
  const old = new Map(before.map((cue) => [cue.key, cue]));
  const changes = new Map();
  for (const cue of after) {
    const from = old.get(cue.key) ?? null;
    if (from !== cue) changes.set(cue.key, { from, to: cue });
    old.delete(cue.key);
  }
  for (const cue of old.values()) changes.set(cue.key, { from: cue, to: null });
  return changes;
}
