// How the viewer wants captions to look: kept in the browser, and applied to all players at once.

import { keep, kept } from "./kept.js";

const KEPT = "caption-look";

/** The choices of each part of the look, as values of CSS with their words, and the usual one. */
export const CAPTION_LOOK = {
  "caption-size": {
    usual: "1",
    choices: [["0.75", "Small"], ["1", "Normal"], ["1.5", "Large"], ["2", "Very large"]],
  },
  "caption-colour": {
    usual: "#ffffff",
    choices: [["#ffffff", "White"], ["#ffff00", "Yellow"], ["#00ff00", "Green"], ["#00ffff", "Cyan"], ["#000000", "Black"]],
  },
  "caption-background": {
    usual: "rgb(0 0 0 / 0.75)",
    choices: [["rgb(0 0 0 / 0.75)", "Shaded"], ["#000000", "Black"], ["#ffffff", "White"], ["transparent", "None"]],
  },
  "caption-edge": {
    usual: "none",
    choices: [
      ["none", "None"],
      ["0 0.06em 0.12em #000, 0 0 0.3em #000", "Shadow"],
      ["-0.05em -0.05em 0 #000, 0.05em -0.05em 0 #000, -0.05em 0.05em 0 #000, 0.05em 0.05em 0 #000", "Outline"],
    ],
  },
};

// A sheet of its own, since the content policy forbids styles in the page, and since it alone
// reaches captions that the browser draws.
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
addEventListener("storage", ({ key }) => key === KEPT && apply());
apply();

/** Return the chosen value of a part of the look. */
export function lookOf(name) {
  const { choices, usual } = CAPTION_LOOK[name];
  const chosen = kept(KEPT)?.[name];
  return choices.some(([value]) => value === chosen) ? chosen : usual;
}

/** Choose a value for a part of the look. */
export function setLook(name, value) {
  keep(KEPT, { ...kept(KEPT), [name]: value });
  apply();
}

function apply() {
  const [size, colour, background, edge] = Object.keys(CAPTION_LOOK).map(lookOf);
  const parts = { size, colour, background, edge };
  const properties = Object.entries(parts).map(([name, value]) => `--caption-${name}: ${value};`);
  document.documentElement.toggleAttribute("data-caption-colour", colour !== CAPTION_LOOK["caption-colour"].usual);
  sheet.replaceSync(`
    :root { ${properties.join(" ")} }
    ::cue { font-size: ${100 * Number(size)}%; color: ${colour}; background-color: ${background}; text-shadow: ${edge}; }
  `);
}
