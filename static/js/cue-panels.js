// What has to be decided above the list: cues that somebody else has changed as well, and changes that a
// closed tab has left.

import { writeTime } from "./cue-times.js";

const MOST_SHOWN = 20;

const made = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });

const button = (text, act) => {
  const one = made("button", text, { type: "button", className: "button" });
  one.addEventListener("click", act);
  return one;
};

/** Shows both versions of cues, and asks which to keep. */
export class CueConflicts {
  #panel;
  #decide;
  #shown = "";

  constructor(panel, decide) {
    [this.#panel, this.#decide] = [panel, decide];
  }

  show(conflicts, cues) {
    this.#panel.hidden = !conflicts.length;
    const own = new Map(cues.map((cue) => [cue.key, cue]));
    const rows = conflicts.slice(0, MOST_SHOWN).map(({ key, theirs }) => ({ key, theirs, mine: own.get(key) ?? null }));
    const now = JSON.stringify([conflicts.length, rows]);
    if (now === this.#shown) return; // So that a button keeps its focus.
    this.#shown = now;
    const many = conflicts.length === 1 ? "A cue was" : `${conflicts.length} cues were`;
    this.#panel.querySelector("h2").textContent = `${many} changed by somebody else as well`;
    this.#panel.querySelector("ul").replaceChildren(...rows.map((row) => this.#row(row)));
  }

  #row({ key, mine, theirs }) {
    const row = made("li", "", { className: "conflict" });
    const acts = made("div", "", { className: "line-actions" });
    const choice = (words, name) => acts.append(button(words, () => this.#decide(key, name)));
    choice("Keep mine", "mine");
    choice("Take theirs", "theirs");
    if (mine && theirs) choice("Keep both", "both");
    const { start } = mine ?? theirs;
    row.append(made("h3", `At ${writeTime(start)}`), version("Yours", mine), version("Theirs", theirs), acts);
    return row;
  }
}

function version(name, cue) {
  const part = document.createElement("div");
  part.append(made("h4", name));
  if (!cue) part.append(made("p", "Deleted", { className: "hint" }));
  else part.append(made("p", cue.text), made("p", `${writeTime(cue.start)} to ${writeTime(cue.end)}`, { className: "hint" }));
  return part;
}

/** Offers what closed tabs have left. */
export class CueDrafts {
  #panel;
  #store;

  constructor(panel, store) {
    [this.#panel, this.#store] = [panel, store];
  }

  show(drafts) {
    this.#panel.hidden = !drafts.length;
    this.#panel.replaceChildren(...drafts.map((draft) => this.#row(draft, drafts)));
  }

  #row(draft, drafts) {
    const row = made("div", "", { className: "draft" });
    const when = new Date(draft.at).toLocaleString();
    const count = draft.count === 1 ? "1 cue" : `${draft.count} cues`;
    const acts = made("div", "", { className: "line-actions" });
    const done = (act) => () => {
      act();
      this.show(drafts.filter((one) => one !== draft));
    };
    acts.append(
      button("Restore", done(() => this.#store.restore(draft))),
      button("Discard", done(() => this.#store.forget(draft.tab))),
    );
    row.append(made("p", `Changes of ${count} were not saved when this page was closed: ${when}.`), acts);
    return row;
  }
}
