// Where cues stand in the picture: the settings of WebVTT (line, position, size, align, vertical).

const MARGIN = 0.02; // Of the height, free above and below.

/** Place the boxes of cues (a map of cue to element, in the order of the cues) within an area of
 * `width` and `height` pixels, of which the lowest `covered` ones are taken by controls. */
export function place(boxes, area) {
  for (const [cue, box] of boxes) setAcross(cue, box);
  const placed = [];
  for (const [cue, box] of boxes) {
    const isUpright = cue.vertical !== "";
    const margin = MARGIN * area.height;
    const room = isUpright
      ? { from: 0, to: area.width, whole: area.width }
      : { from: margin, to: area.height - Math.max(margin, area.covered), whole: area.height };
    const size = isUpright ? box.offsetWidth : box.offsetHeight;
    const along = isUpright ? spanOf(box.offsetTop, box.offsetHeight) : spanOf(box.offsetLeft, box.offsetWidth);
    const beside = placed.filter((one) => one.isUpright === isUpright && overlap(one.along, along));
    const taken = beside.map(({ across }) => across);
    const step = lineOf(box);
    const found = cue.snapToLines ? onLine(cue, { size, step, room, taken }) : atShare(cue, { size, room });
    const start = Math.max(room.from, Math.min(found, room.to - size));
    placed.push({ isUpright, along, across: spanOf(start, size) });
    box.style[sideOf(cue)] = `${start}px`;
  }
}

function spanOf(from, size) {
  return { from, to: from + size };
}

/** Whether two spans overlap by more than a pixel, which is rounding. */
function overlap(one, other) {
  return one.from < other.to - 1 && other.from < one.to - 1;
}

/** Set what goes along the text: its length, where that begins, and how the lines are aligned. */
function setAcross(cue, box) {
  const anchor = anchorOf(cue, getComputedStyle(box).direction);
  const position = positionOf(cue);
  const most = { start: 100 - position, end: position, center: 2 * Math.min(position, 100 - position) }[anchor];
  const size = Math.min(cue.size, most);
  const begin = { start: position, end: position - size, center: position - size / 2 }[anchor];
  const names = cue.vertical === "" ? ["left", "width"] : ["top", "height"];
  box.style[names[0]] = `${begin}%`;
  box.style[names[1]] = `${size}%`;
  box.style.textAlign = cue.align;
}

function positionOf({ position, align }) {
  if (position !== "auto") return position;
  return { left: 0, right: 100 }[align] ?? 50;
}

/** Return which end of the box stands at its position: start (left or top), center or end. */
function anchorOf({ positionAlign, align }, direction) {
  if (positionAlign && positionAlign !== "auto") return { "line-left": "start", "line-right": "end" }[positionAlign] ?? "center";
  const [start, end] = direction === "rtl" ? ["end", "start"] : ["start", "end"];
  return { left: "start", right: "end", start, end }[align] ?? "center";
}

function lineOf(box) {
  return parseFloat(getComputedStyle(box).lineHeight) || box.offsetHeight || 1;
}

/** Return the place of a cue that stands on a line counted from either end; a taken one gives way. */
function onLine({ line, vertical }, { size, step, room, taken }) {
  const number = line === "auto" ? -1 : line;
  const isReversed = vertical === "rl"; // Its first line is at the far side.
  const fromStart = number >= 0 !== isReversed;
  const count = number >= 0 ? number : -1 - number;
  let start = fromStart ? room.from + count * step : room.to - size - count * step;
  while (taken.some((span) => overlap(span, spanOf(start, size)))) {
    start += fromStart ? step : -step;
    if (start < room.from || start + size > room.to) break;
  }
  return start;
}

/** Return the place of a cue whose line is a share of the whole. */
function atShare({ line, lineAlign, vertical }, { size, room }) {
  const share = line === "auto" ? 100 : line;
  const at = ((vertical === "rl" ? 100 - share : share) / 100) * room.whole;
  return at - { start: 0, center: size / 2, end: size }[lineAlign ?? "start"];
}

function sideOf({ vertical }) {
  return vertical === "" ? "top" : "left";
}
