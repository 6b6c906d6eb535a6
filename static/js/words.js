// Sizes and times in a form for people; stages in the words of the server.

const kept = document.getElementById("stage-words");
const stages = kept ? JSON.parse(kept.textContent) : {};

export const stageWords = (stage) => stages[stage] ?? stages.processing;

export function size(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** Say how much of a file has arrived, such as "120 MB of 1.2 GB, 3.4 MB/s". */
export function download({ received, size: whole, bytes_a_second: rate }) {
  const share = whole ? `${size(received)} of ${size(whole)}` : size(received);
  return rate ? `${share}, ${size(rate)}/s` : share;
}

export const ESTIMATING = "Estimating…";

/** Return a size as in 512 MiB, in the units in which limits are set. */
export function binarySize(bytes) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1).replace(/\.0$/, "")} ${units[unit]}`;
}

export function timeLeft(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 10) return "A few seconds left";
  if (seconds < 55) return `${5 * Math.round(seconds / 5)} s left`;
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min left`;
  return `${(seconds / 3600).toFixed(1)} h left`;
}

/** Return the place in the queue behind this many others: 4th in the queue. */
export function place(ahead) {
  if (ahead <= 0) return "Next in the queue";
  const number = ahead + 1;
  const teen = Math.floor(number / 10) % 10 === 1;
  const ending = (!teen && { 1: "st", 2: "nd", 3: "rd" }[number % 10]) || "th";
  return `${number}${ending} in the queue`;
}

/** Say how much of a video that is still processed can be watched. */
export function available(seconds, whole) {
  const plays = clock(seconds);
  return `${whole ? `${plays} of ${whole}` : plays} can be watched`;
}

/** Return a time as in 0:07, 12:34 or 1:02:03. */
export function clock(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const [first, ...rest] = parts[0] ? parts : parts.slice(1);
  return [first, ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
}
