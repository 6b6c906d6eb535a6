// One row of the editor's list: a cue, or a chapter in one line.

import { problems, refusal } from "./cue-problems.js";
import { writeTime } from "./cue-times.js";
import { MOST_CHARACTERS } from "./cues.js";

const LONGEST_TITLE = 200;

const made = (tag, className, more = {}) => Object.assign(document.createElement(tag), { className, ...more });

/** Return a new row with its fields: the text, and for chapters the start. */
export function makeRow({ isChapter }) {
  const row = made("li", "editor-row");
  const jump = made("button", "editor-jump", { type: "button" });
  jump.append("", document.createElement("span"));
  jump.dataset.do = "jump";
  const start = isChapter ? made("input", "editor-start", { inputMode: "decimal", autocomplete: "off" }) : null;
  const text = made(isChapter ? "input" : "textarea", "editor-text", { maxLength: isChapter ? LONGEST_TITLE : MOST_CHARACTERS });
  row.append(jump, ...(start ? [start] : []), text, made("p", "editor-problems"));
  return { row, text, start };
}

/** Show a cue in a row, and touch only what is another; `at` is its place, and `next` the cue behind it. */
export function fillRow(row, cue, { at, next, isShown, isChosen, isChapter }) {
  const name = `${isChapter ? "chapter" : "cue"} ${at + 1}`;
  const [start, end] = [writeTime(cue.start), writeTime(cue.end)];
  const jump = row.querySelector(".editor-jump");
  say(jump, "aria-label", isChapter ? `Go to ${start}, ${name}` : `Go to ${start} ${end}, ${name}`);
  show(jump.firstChild, isChapter ? "Go" : `${start} `);
  show(jump.lastChild, isChapter ? "" : end);
  const text = row.querySelector(".editor-text");
  say(text, "aria-label", `${isChapter ? "Title" : "Text"} of ${name}`);
  if (text.value !== cue.text) write(text, cue.text);
  const field = row.querySelector(".editor-start");
  if (field) {
    say(field, "aria-label", `Start of ${name}`);
    if (field !== document.activeElement) field.value = start;
  }
  const told = row.querySelector(".editor-problems");
  show(told, problems(cue, next, { isChapter }).join(" "));
  told.title = told.textContent;
  row.toggleAttribute("data-refused", refusal(cue) !== null);
  row.toggleAttribute("data-now", isShown);
  if (isChosen) say(row, "aria-current", "true");
  else row.removeAttribute("aria-current");
}

function say(element, name, words) {
  if (element.getAttribute(name) !== words) element.setAttribute(name, words);
}

function show(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

/** Write into a field without moving the cursor of somebody who is in it. */
function write(field, text) {
  const { selectionStart: from, selectionEnd: to } = field;
  field.value = text;
  if (field === document.activeElement) field.setSelectionRange(from, to);
}
