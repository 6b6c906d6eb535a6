// A storyboard: a WebVTT file whose cues name the part of a sheet that shows these seconds.

const CUE = /([\d:.]+)\s+-->\s+([\d:.]+)[^\n]*\n([^\n#]+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

/** The cues of a storyboard file; its sheets are named relative to the address it was asked for at. */
export async function storyboard(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`no storyboard: ${answer.status}`);
  const text = (await answer.text()).replaceAll("\r\n", "\n");
  return [...text.matchAll(CUE)].map(([, start, end, sheet, ...area]) => {
    const [x, y, width, height] = area.map(Number);
    const url = new URL(sheet.trim(), new URL(address, location.href)).href;
    return { start: seconds(start), end: seconds(end), url, x, y, width, height };
  });
}

/** The cue of a time in seconds; null if the storyboard has none. */
export function cueAt(cues, time) {
  return cues.findLast(({ start }) => start <= time) ?? cues[0] ?? null;
}

function seconds(words) {
  return words.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
