// The keys of the editor. They work in its fields too; "?" lists them.

const KEYS = [
  { names: ["Ctrl", "Z"], words: "Undo", wish: "undo", ctrl: true, code: "KeyZ" },
  { names: ["Ctrl", "Shift", "Z"], words: "Redo", wish: "redo", ctrl: true, shift: true, code: "KeyZ" },
  { names: ["Alt", "↓"], words: "Next cue", wish: "next", alt: true, code: "ArrowDown" },
  { names: ["Alt", "↑"], words: "Cue before", wish: "previous", alt: true, code: "ArrowUp" },
  { names: ["Alt", "G"], words: "Go to the chosen cue", wish: "jump", alt: true, code: "KeyG" },
  { names: ["Alt", "K"], words: "Play or pause", wish: "play", alt: true, code: "KeyK" },
  { names: ["Alt", "S"], words: "Set its start to now", wish: "start-now", alt: true, code: "KeyS" },
  { names: ["Alt", "E"], words: "Set its end to now", wish: "end-now", alt: true, code: "KeyE" },
  { names: ["Alt", "N"], words: "Insert after it", wish: "insert", alt: true, code: "KeyN" },
  { names: ["Ctrl", "Enter"], words: "Split it at the cursor", wish: "split", ctrl: true, code: "Enter" },
  { names: ["Alt", "J"], words: "Join it with the next", wish: "join", alt: true, code: "KeyJ" },
  { names: ["Alt", "Delete"], words: "Delete it", wish: "delete", alt: true, code: "Delete" },
  { names: ["Ctrl", "I"], words: "Italic", wish: "italic", ctrl: true, code: "KeyI" },
  { names: ["Ctrl", "B"], words: "Bold", wish: "bold", ctrl: true, code: "KeyB" },
  { names: ["Ctrl", "F"], words: "Find", wish: "find", ctrl: true, code: "KeyF" },
  { names: ["?"], words: "This list, outside of fields", wish: "keys" },
];
const PLAYER = [
  { names: ["Space"], words: "Play or pause, outside of fields" },
  { names: ["←", "→"], words: "5 seconds back or on, outside of fields" },
];
const FIELDS = "input, textarea, select";
const FIELDS_OF_THEIR_OWN = ".editor-find, .editor-time";

/** Return what a pressed key asks for, or undefined. */
export function keyFor({ key, code, ctrlKey, metaKey, altKey, shiftKey, target }) {
  if (key === "?" && !target.matches?.(FIELDS)) return "keys";
  if (ctrlKey && code !== "KeyF" && target.closest?.(FIELDS_OF_THEIR_OWN)) return undefined;
  const held = { ctrl: ctrlKey || metaKey, alt: altKey, shift: shiftKey };
  if (held.ctrl && !held.alt && !held.shift && code === "KeyY") return "redo";
  const isMeant = (one) => one.code === code && ["ctrl", "alt", "shift"].every((name) => Boolean(one[name]) === held[name]);
  return KEYS.find(isMeant)?.wish;
}

export function showKeys() {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog wide keys" });
  dialog.setAttribute("aria-labelledby", "editor-keys-title");
  const list = document.createElement("dl");
  for (const { names, words } of [...KEYS, ...PLAYER]) {
    const [line, term] = [document.createElement("div"), document.createElement("dt")];
    term.append(...names.map((name) => Object.assign(document.createElement("kbd"), { textContent: name })));
    line.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
    list.append(line);
  }
  const form = Object.assign(document.createElement("form"), { method: "dialog", className: "dialog-actions" });
  form.append(Object.assign(document.createElement("button"), { className: "button", textContent: "Close" }));
  dialog.append(Object.assign(document.createElement("h2"), { id: "editor-keys-title", textContent: "Keys of the editor" }), list, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
