// One bar from the first byte to ready, which only goes forward: videos/pages/bar.py in ticks.

import { ESTIMATING, place, stageWords, timeLeft } from "./words.js";

const kept = document.getElementById("bar-facts");
const facts = kept ? JSON.parse(kept.textContent) : { uploadShare: 0, inspected: 0 };

/** Percent of the bar that the bytes on their way take. */
export const { uploadShare } = facts;

const furthest = new Map(); // Job or upload → how far its bar was shown.
const latest = new Map(); // Job or upload → the latest of its stages that was shown.
const ORDER = ["waiting", "inspecting", "encoding", "publishing", "packaging"];

/** The same percent, or where the bar stood already: work that is done again moves nothing. */
export function forward(key, percent) {
  const shown = Math.max(percent, furthest.get(key) ?? 0);
  furthest.set(key, shown);
  return shown;
}

/** Show a tick in an element with the parts of a bar that begins at so many percent. */
export function showTick(element, tick, { key, beginsAt }) {
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  const begun = tick.percent > facts.inspected || (tick.percent === facts.inspected && !tick.place);
  const percent = forward(key, beginsAt + (tick.percent * (100 - beginsAt)) / 100);
  element.querySelector("progress").value = percent;
  // Between two tasks of a job nothing runs for a moment: that is no waiting.
  part("stage").textContent = stageWords(steady(key, tick.stage === "waiting" && begun ? "encoding" : tick.stage));
  part("percent").textContent = `${Math.round(percent)} %`;
  part("left").textContent = left(tick, begun);
}

/** The stage, or the one that was shown already where tasks of two stages take turns. */
function steady(key, stage) {
  const shown = latest.get(key);
  if (ORDER.includes(stage) && ORDER.indexOf(stage) < ORDER.indexOf(shown)) return shown;
  latest.set(key, stage);
  return stage;
}

function left({ eta_seconds: seconds, place: ahead }, begun) {
  if (Number.isFinite(seconds)) return timeLeft(seconds);
  return Number.isInteger(ahead) && !begun ? place(ahead) : ESTIMATING;
}
