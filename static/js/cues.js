// Changes of lists of cues, which return new lists. A cue is {key, start, end, text, settings,
// identifier} with times in milliseconds; `key` names it for as long as the page is open.

import { cutAt, cutByShare, shiftedText } from "./cue-text.js";
import { MOST_MS } from "./cue-times.js";

export const MOST_CHARACTERS = 5000;
export const FIELDS = ["start", "end", "text", "settings", "identifier"];
const LASTS_MS = 2000;
const SHORTEST_MS = 100;

/** Raised for a change that cannot be made; the message is for people. */
export class Refused extends Error {}

export const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), (one) => one.toString(36)).join("");

export const isSame = (one, other) => FIELDS.every((field) => one[field] === other[field]);

/** Return the cues in the order of a document: by start, then by end. */
export const ordered = (cues) => [...cues].sort((one, other) => one.start - other.start || one.end - other.end);

/** Return the cues with some fields of one changed, at its new place. */
export function set(cues, key, fields) {
  const changed = cues.map((cue) => (cue.key === key ? { ...cue, ...fields } : cue));
  return "start" in fields || "end" in fields ? ordered(changed) : changed;
}

export const remove = (cues, key) => cues.filter((cue) => cue.key !== key);

/** Return the cues with a new one without text, from a time until the next begins. */
export function insert(cues, key, at) {
  const next = cues.find(({ start }) => start >= at);
  const end = Math.min(at + LASTS_MS, Math.max(next?.start ?? Infinity, at + SHORTEST_MS));
  return ordered([...cues, { key, start: at, end, text: "", settings: "", identifier: "" }]);
}

/** Return the cues with one as two, the second of which has `newKey`: at a place in its text (`cursor`)
 * or between two words, and at the time `at` if it is shown then, or else after the same share. */
export function split(cues, key, second, { at = null, cursor = null } = {}) {
  const cue = cues.find((one) => one.key === key);
  const isShown = at !== null && cue.start < at && at < cue.end;
  const share = isShown ? (at - cue.start) / (cue.end - cue.start) : 0.5;
  const byCursor = cursor === null ? null : cutAt(cue.text, cursor);
  const halves = byCursor ?? cutByShare(cue.text, share);
  if (!halves) throw new Refused("The cue has a single word, which cannot be split.");
  const told = byCursor ? halves[0].length / (halves[0].length + halves[1].length) : share;
  const time = isShown ? at : Math.round(cue.start + (cue.end - cue.start) * told);
  if (!(cue.start < time && time < cue.end)) throw new Refused("The cue is too short to be split.");
  const [before, after] = halves;
  return ordered(
    cues.flatMap((one) =>
      one.key === key
        ? [{ ...one, end: time, text: before }, { ...one, key: second, start: time, text: after, identifier: "" }]
        : [one],
    ),
  );
}

/** Return the cues with one and the next as one. */
export function join(cues, key) {
  const at = cues.findIndex((one) => one.key === key);
  const [first, next] = [cues[at], cues[at + 1]];
  if (!next) throw new Refused("There is no cue after this one to join it with.");
  const text = [first.text, next.text].filter(Boolean).join("\n");
  if (text.length > MOST_CHARACTERS) throw new Refused(`A cue may have ${MOST_CHARACTERS} characters.`);
  const joined = { ...first, end: Math.max(first.end, next.end), text };
  return [...cues.slice(0, at), joined, ...cues.slice(at + 2)];
}

/** Return all cues, or those from one on, later by some milliseconds. Those that would begin before the
 * video are cut or left out if that is allowed. */
export function shift(cues, by, { from = null, cut = false } = {}) {
  const first = from === null ? 0 : cues.findIndex(({ key }) => key === from);
  const moved = cues.slice(first);
  const early = moved.filter(({ start }) => start + by < 0).length;
  if (early && !cut) throw new Refused(`${early === 1 ? "A cue" : `${early} cues`} would begin before the video does. Shift by less, or allow that they are cut.`);
  if (moved.some(({ end }) => end + by > MOST_MS)) throw new Refused("A cue would end after the latest time there is.");
  const kept = moved.filter(({ end }) => end + by > 0);
  const later = (cue) => ({ ...cue, start: Math.max(0, cue.start + by), end: cue.end + by, text: shiftedText(cue.text, by) });
  return ordered([...cues.slice(0, first), ...kept.map(later)]);
}

/** Return a pattern that finds these words. */
export const pattern = (words, { matchCase = false } = {}) =>
  new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), matchCase ? "gu" : "giu");

/** Return the cues with some words replaced, in one cue or in all. */
export function replace(cues, wanted, words, key = null) {
  return cues.map((cue) => {
    if (key !== null && cue.key !== key) return cue;
    const text = cue.text.replace(wanted, () => words);
    return text === cue.text ? cue : { ...cue, text };
  });
}

/** Return chapters that follow each other until the end of the video. */
export function followed(cues, duration) {
  return cues.map((cue, at) => {
    const next = cues[at + 1]?.start ?? Math.max(duration, cue.start + 1);
    const end = Math.max(next, cue.start + 1);
    return cue.end === end ? cue : { ...cue, end };
  });
}
