// The text of a cue as people edit it: WebVTT's tags stand as tags, and `&` for itself.

import { fileTime, readTime } from "./cue-times.js";

const TAG = /<\/?(?:b|i|u|c|v|lang|ruby|rt)(?:[.\s][^<>]*)?>|<\d{1,4}:[\d:.]{4,12}>/gi;
const INNER_TIME = /<(\d{2,}:\d\d:\d\d\.\d{3})>/g;
const READING = /<rt[^>]*>[^]*?(?:<\/rt>|(?=<rt|<\/ruby>))/gi;

/** Return a WebVTT payload as it is edited. Only what means the same again when it is saved is written
 * without its escape. */
export function edited(payload) {
  return payload
    .replace(/&gt;/g, ">")
    .replace(/&lt;(?=[\s=]|$)/g, "<")
    .replace(/&amp;(?!#|[A-Za-z][A-Za-z0-9]*;)/g, "&");
}

/** Return the words alone: no tags, no readings of ruby. */
export const plain = (text) => text.replace(READING, "").replace(TAG, "");

/** Return the text with its own times later by some milliseconds; those before 0 are left out. */
export function shiftedText(text, by) {
  return text.replace(INNER_TIME, (_, time) => {
    const moved = readTime(time) + by;
    return moved > 0 ? `<${fileTime(moved)}>` : "";
  });
}

/** Return the text before and after a place, with the tags closed and opened again that the place is
 * within; null if one of them would have no words. */
export function cutAt(text, place) {
  const inside = [...text.matchAll(TAG)].find(({ index, 0: tag }) => index < place && place < index + tag.length);
  const at = inside ? inside.index : place;
  const opened = openAt(text.slice(0, at));
  const before = text.slice(0, at).trimEnd() + opened.map(({ name }) => `</${name}>`).reverse().join("");
  const after = opened.map(({ tag }) => tag).join("") + text.slice(at).trimStart();
  return plain(before).trim() && plain(after).trim() ? [before, after] : null;
}

/** Return the text in two at the space between words that is nearest to a share of it; null if it has a
 * single word. */
export function cutByShare(text, share) {
  const tags = [...text.matchAll(TAG)].map(({ index, 0: tag }) => [index, index + tag.length]);
  const isInTag = (place) => tags.some(([from, to]) => from < place && place < to);
  const places = [...text.matchAll(/\s+/g)].map(({ index }) => index).filter((place) => !isInTag(place));
  const whole = plain(text).length;
  const far = (place) => Math.abs(plain(text.slice(0, place)).length / whole - share);
  for (const place of places.map((one) => [far(one), one]).sort(([one], [other]) => one - other).map(([, one]) => one)) {
    const halves = cutAt(text, place);
    if (halves) return halves;
  }
  return null;
}

/** Put a tag around a part of the text, or take it away if it stands around it; return the text and the
 * part as it lies then. */
export function toggleTag(text, tag, from, to) {
  const [open, close] = [`<${tag}>`, `</${tag}>`];
  if (from === to) [from, to] = [0, text.length];
  const chosen = text.slice(from, to);
  if (chosen.startsWith(open) && chosen.endsWith(close)) {
    const bare = chosen.slice(open.length, -close.length);
    return { text: text.slice(0, from) + bare + text.slice(to), from, to: from + bare.length };
  }
  if (text.slice(0, from).endsWith(open) && text.slice(to).startsWith(close)) {
    const before = text.slice(0, from - open.length);
    return { text: before + chosen + text.slice(to + close.length), from: before.length, to: before.length + chosen.length };
  }
  return { text: text.slice(0, from) + open + chosen + close + text.slice(to), from: from + open.length, to: to + open.length };
}

function openAt(text) {
  const open = [];
  for (const [tag] of text.matchAll(TAG)) {
    const [, closing, name] = tag.match(/^<(\/?)([a-z]*)/i);
    if (closing) open.pop();
    else if (name) open.push({ name, tag });
  }
  return open;
}
