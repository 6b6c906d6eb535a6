// Times of cues: to and from whole milliseconds.

export const MOST_MS = 2 ** 31 - 1;

/** Return the milliseconds of `1:02:03.500`, `1:02,5`, `62.5` or alike; null if it is none. */
export function readTime(text) {
  const found = text.trim().match(/^(?:(?:(\d{1,3}):)?(\d{1,2}):)?(\d{1,6})(?:[.,](\d{1,3}))?$/);
  if (!found) return null;
  const [, hours, minutes, seconds, fraction] = found;
  if (minutes !== undefined && (Number(seconds) > 59 || (hours !== undefined && Number(minutes) > 59))) return null;
  const whole = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds);
  const told = whole * 1000 + Number((fraction ?? "").padEnd(3, "0") || 0);
  return told <= MOST_MS ? told : null;
}

/** Return a time as in `0:07.250` or `1:02:03.000`. */
export function writeTime(ms) {
  const two = (number) => String(number).padStart(2, "0");
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${two(seconds % 60)}.${String(ms % 1000).padStart(3, "0")}`;
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Return a time as files write it: `00:01:02.500`. */
export function fileTime(ms) {
  const two = (number) => String(number).padStart(2, "0");
  const seconds = Math.floor(ms / 1000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
  return `${clock}.${String(ms % 1000).padStart(3, "0")}`;
}
