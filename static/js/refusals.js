// Refuses files before a byte is sent: those that cannot arrive, or are clearly no video or audio.

import { binarySize, size } from "./words.js";

const LOOKED_AT = 4096;
const EXPORTS = "Choose a video or audio file.";

// The first bytes of other kinds of files.
const SIGNATURES = [
  ["a PDF document", "25504446"],
  ["an archive or an office document", "504b0304"],
  ["an archive", "526172211a07"],
  ["an archive", "377abcaf271c"],
  ["an archive", "1f8b08"],
  ["a picture", "89504e470d0a1a0a"],
  ["a picture", "ffd8ff"],
  ["a program", "7f454c46"],
  ["a program", "4d5a90"],
  ["an office document", "d0cf11e0a1b11ae1"],
];

/** Return why a file cannot be uploaded, or null if it can. */
export async function refusal(file, { maxBytes, maxSize, plan = {} }) {
  if (plan.refusal) return plan.refusal;
  if (file.size > maxBytes) {
    const units = maxSize.endsWith("iB") ? binarySize : size;
    return `Too large: it has ${units(file.size)}, and at most ${maxSize} can be uploaded here.`;
  }
  if (file.size > Number(plan.leftBytes ?? Infinity)) {
    return `No room: it has ${size(file.size)}, and your plan has ${size(Number(plan.leftBytes))} left. Delete files for good, or ask for a larger plan.`;
  }
  if (file.size === 0) return "The file is empty. Choose another one.";
  let bytes;
  try {
    bytes = new Uint8Array(await file.slice(0, LOOKED_AT).arrayBuffer());
  } catch {
    return "The browser cannot read this file. It may be a folder, or have moved.";
  }
  const kind = kindOf(bytes);
  return kind && `This is ${kind}. ${EXPORTS}`;
}

function kindOf(bytes) {
  const begin = [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const known = SIGNATURES.find(([, signature]) => begin.startsWith(signature));
  if (known) return known[0];
  return isText(bytes) ? "a text file" : null;
}

/** Whether the bytes are only printable characters in UTF-8 and the usual white space. */
function isText(bytes) {
  if (bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127)) return false;
  try {
    // The last character may be cut off, since only the beginning is read.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
