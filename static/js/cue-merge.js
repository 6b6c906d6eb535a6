// Brings together two versions of the same cues: what only one side changed is taken from it, and what
// both changed is named for somebody to decide.

import { FIELDS, isSame, newKey, ordered } from "./cues.js";

const whole = (cue) => JSON.stringify(FIELDS.map((field) => cue[field]));

/** What makes a cue of another version the same one, from the surest on. */
const SIGNS = [
  whole,
  ({ start, end, text }) => JSON.stringify([end - start, text]),
  ({ text }) => text,
  ({ start, end }) => `${start} ${end}`,
  ({ start }) => start,
];

/** Merge `mine` and `theirs`, which both came from `base`. `base` and `mine` have keys, and `theirs` gets
 * them. Return the cues, the new base, and conflicts: {key, theirs} with null for a deleted cue; in the
 * cues a conflict stands as in `mine`. */
export function merge(base, mine, theirs) {
  const found = matched(base, theirs);
  const own = new Map(mine.map((cue) => [cue.key, cue]));
  const merging = { cues: [], base: [], conflicts: [] };
  for (const cue of base) {
    const other = found.get(cue);
    const there = other ? { ...other, key: cue.key } : null;
    if (there) merging.base.push(there);
    decide(merging, cue, own.get(cue.key) ?? null, there);
    own.delete(cue.key);
  }
  addBoth(merging, [...own.values()], without(theirs, found));
  return { ...merging, cues: ordered(merging.cues), base: ordered(merging.base) };
}

function decide(merging, base, mine, theirs) {
  const [isKept, isTheirs] = [mine && isSame(mine, base), theirs && isSame(theirs, base)];
  if (!mine && !theirs) return;
  if (isKept) {
    if (theirs) merging.cues.push(theirs);
  } else if (isTheirs) {
    if (mine) merging.cues.push(mine);
  } else if (mine && theirs) {
    const { cue, isDisputed } = fieldByField(base, mine, theirs);
    merging.cues.push(cue);
    if (isDisputed) merging.conflicts.push({ key: base.key, theirs });
  } else {
    if (mine) merging.cues.push(mine);
    merging.conflicts.push({ key: base.key, theirs });
  }
}

/** Return a cue with what each side changed, and whether both changed the same or its times disagree. */
function fieldByField(base, mine, theirs) {
  const cue = { ...mine };
  let isDisputed = false;
  for (const field of FIELDS) {
    if (mine[field] === base[field]) cue[field] = theirs[field];
    else if (theirs[field] !== base[field] && theirs[field] !== mine[field]) isDisputed = true;
  }
  if (cue.end <= cue.start && mine.end > mine.start) return { cue: mine, isDisputed: true };
  return { cue, isDisputed };
}

/** Add what each side has added; what both have added alike, once. */
function addBoth(merging, mine, theirs) {
  const waiting = new Map();
  for (const cue of mine) waiting.set(whole(cue), [...(waiting.get(whole(cue)) ?? []), cue]);
  merging.cues.push(...mine);
  for (const cue of theirs) {
    const twin = waiting.get(whole(cue))?.shift();
    const added = { ...cue, key: twin?.key ?? newKey() };
    merging.base.push(added);
    if (!twin) merging.cues.push(added);
  }
}

/** Return which cue of `theirs` each of `base` has become; those that are gone are missing. */
function matched(base, theirs) {
  const found = new Map();
  let [old, now] = [base, theirs];
  for (const sign of SIGNS) {
    const waiting = new Map();
    for (const cue of now) {
      const told = sign(cue);
      if (waiting.has(told)) waiting.get(told).push(cue);
      else waiting.set(told, [cue]);
    }
    const places = new Map();
    for (const cue of old) {
      const told = sign(cue);
      const queue = waiting.get(told) ?? [];
      const at = places.get(told) ?? 0;
      if (at >= queue.length) continue;
      found.set(cue, queue[at]);
      places.set(told, at + 1);
    }
    [old, now] = [base.filter((cue) => !found.has(cue)), without(theirs, found)];
    if (!old.length || !now.length) return found;
  }
  matchByTime(old, now, found);
  return found;
}

/** Match cues that are shown together for most of the time. */
function matchByTime(old, now, found) {
  const free = new Set(now);
  for (const cue of old) {
    for (const other of free) {
      if (other.start >= cue.end) break;
      const together = Math.min(cue.end, other.end) - Math.max(cue.start, other.start);
      if (together * 2 < Math.min(cue.end - cue.start, other.end - other.start)) continue;
      found.set(cue, other);
      free.delete(other);
      break;
    }
  }
}

function without(cues, found) {
  const taken = new Set(found.values());
  return cues.filter((cue) => !taken.has(cue));
}
