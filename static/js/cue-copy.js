// Saves the cues of the page as a file, where no server has them any more.

import { fileTime } from "./cue-times.js";

/** Let the browser save cues as WebVTT. */
export function saveCopy(name, cues) {
  const block = ({ start, end, text, settings }) =>
    `${fileTime(start)} --> ${fileTime(end)}${settings && ` ${settings}`}\n${escaped(text)}\n`;
  const file = new Blob([["WEBVTT\n", ...cues.map(block)].join("\n")], { type: "text/vtt" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${name}.vtt` });
  link.click();
  URL.revokeObjectURL(link.href);
}

/** An empty line would end the cue, and `-->` would begin another. */
const escaped = (text) => text.replaceAll("-->", "--&gt;").replace(/\n{2,}/g, "\n").trim();
