// What is wrong with a cue: what keeps it from being saved, and what readers would stumble over.

import { plain } from "./cue-text.js";
import { MOST_CHARACTERS } from "./cues.js";

const MOST_LINES = 2;
const LONGEST_LINE = 42;
const FASTEST = 21;

/** Return why a cue cannot be saved, or null. */
export function refusal({ start, end, text }) {
  if (end <= start) return "It ends before it starts.";
  if (!plain(text).trim()) return "It has no text.";
  if (text.length > MOST_CHARACTERS) return `It has more than ${MOST_CHARACTERS} characters.`;
  return null;
}

/** Return sentences on a cue that is followed by another or none. */
export function problems(cue, next, { isChapter = false } = {}) {
  const found = [refusal(cue)].filter(Boolean);
  if (isChapter) {
    if (next && next.start === cue.start) found.push("The next chapter begins at the same time.");
    return found;
  }
  if (next && next.start < cue.end) found.push("Overlaps the next.");
  const words = plain(cue.text);
  const lines = words.split("\n");
  if (lines.length > MOST_LINES) found.push(`${lines.length} lines.`);
  const longest = Math.max(...lines.map((line) => [...line].length));
  if (longest > LONGEST_LINE) found.push(`${longest} characters in a line.`);
  const speed = (1000 * [...words.replaceAll("\n", " ").trim()].length) / (cue.end - cue.start);
  if (cue.end > cue.start && speed > FASTEST) found.push(`${Math.round(speed)} characters a second.`);
  return found;
}
