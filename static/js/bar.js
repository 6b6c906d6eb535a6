// One progress bar from the first byte to ready, which only moves forward: the browser's part of
// videos/pages/bar.py.

import { ESTIMATING, download, place, stageWords, timeLeft } from "./words.js";

const kept = document.getElementById("bar-facts");
const facts = kept ? JSON.parse(kept.textContent) : { uploadShare: 0, inspected: 0 };

/** The percentage of the bar that the upload of the bytes takes. */
export const { uploadShare } = facts;

const furthest = new Map(); // Job or upload → the highest percentage shown.
const latest = new Map(); // Job or upload → the latest stage shown.
const ORDER = ["waiting", "downloading", "inspecting", "encoding", "publishing", "packaging", "picturing", "transcribing"];

/** Return the percentage, but at least the one already shown: repeated work does not move the bar back. */
export function forward(key, percent) {
  const shown = Math.max(percent, furthest.get(key) ?? 0);
  furthest.set(key, shown);
  return shown;
}

/** Show a tick in an element with the parts of a bar; the work begins at `beginsAt` percent of it. */
export function showTick(element, tick, { key, beginsAt }) {
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  const begun = tick.percent > facts.inspected || (tick.percent === facts.inspected && !tick.place);
  const percent = forward(key, tick.download ? arrived(tick.download, beginsAt) : worked(tick, beginsAt));
  element.querySelector("progress").value = percent;
  // Between two tasks of a job nothing runs for a moment: that does not count as waiting.
  part("stage").textContent = stageWords(steady(key, tick.stage === "waiting" && begun ? "encoding" : tick.stage));
  part("percent").textContent = `${Math.round(percent)} %`;
  part("left").textContent = left(tick, begun);
}

/** Return the stage, or the later one already shown while tasks of two stages alternate. */
function steady(key, stage) {
  const shown = latest.get(key);
  if (ORDER.includes(stage) && ORDER.indexOf(stage) < ORDER.indexOf(shown)) return shown;
  latest.set(key, stage);
  return stage;
}

function worked(tick, beginsAt) {
  return beginsAt + (tick.percent * (100 - beginsAt)) / 100;
}

/** The file of an import arrives in the part of the bar that an upload has. */
function arrived({ received, size }, beginsAt) {
  return size ? (beginsAt * received) / size : 0;
}

function left({ eta_seconds: seconds, place: ahead, download: file }, begun) {
  if (file) return download(file);
  if (Number.isFinite(seconds)) return timeLeft(seconds);
  return Number.isInteger(ahead) && !begun ? place(ahead) : ESTIMATING;
}
