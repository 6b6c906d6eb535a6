// Keeps what is not saved yet in the browser, apart for each tab, so that it outlives the tab.

const PREFIX = "vodloom-cues";
const [BASE, CHANGES] = ["base", "changes"];

const own = Array.from(crypto.getRandomValues(new Uint32Array(2)), (one) => one.toString(36)).join("");

export class CueDraft {
  #track;
  #kept = null; // The revision whose base was written.

  constructor(track) {
    this.#track = track;
    // While it is held, other tabs know that this one is open and saves by itself.
    navigator.locks?.request(`${PREFIX}:${own}`, () => new Promise(() => {}));
  }

  /** Keep changes with the base and the revision that they were made for; return whether there was room.
   * The base is written once for a revision, since it is large; at each moment, one lies there that the
   * kept changes belong to. */
  keep({ revision, base, changed, gone, conflicts }) {
    try {
      const earlier = this.#kept;
      if (earlier !== revision) localStorage.setItem(this.#base(own, revision), JSON.stringify(base));
      this.#kept = revision;
      const at = Date.now();
      localStorage.setItem(this.#name(own, CHANGES), JSON.stringify({ revision, at, changed, gone, conflicts }));
      if (earlier !== null && earlier !== revision) localStorage.removeItem(this.#base(own, earlier));
      return true;
    } catch {
      return false;
    }
  }

  /** Forget the draft of this tab, or of another. */
  forget(tab = own) {
    if (tab === own && this.#kept === null) return;
    if (tab === own) this.#kept = null;
    localStorage.removeItem(this.#name(tab, CHANGES));
    for (const name of namesIn(this.#name(tab, BASE))) localStorage.removeItem(name);
  }

  /** Return the drafts that closed tabs have left, oldest first: {tab, at, base, cues, conflicts, count}. */
  async left() {
    const held = new Set(((await navigator.locks?.query())?.held ?? []).map(({ name }) => name));
    const kept = namesIn(`${PREFIX}:${this.#track}:`).filter((name) => name.endsWith(`:${CHANGES}`));
    const tabs = kept.map((name) => name.split(":")[2]).filter((tab) => tab !== own && !held.has(`${PREFIX}:${tab}`));
    return tabs.map((tab) => this.#read(tab)).filter(Boolean).sort((one, other) => one.at - other.at);
  }

  #read(tab) {
    try {
      const { revision, at, changed, gone, conflicts } = JSON.parse(localStorage.getItem(this.#name(tab, CHANGES)));
      const base = JSON.parse(localStorage.getItem(this.#base(tab, revision)));
      return { tab, at, base, cues: changedBy(base, changed, gone), conflicts, count: changed.length + gone.length };
    } catch {
      return null;
    }
  }

  #name(tab, part) {
    return `${PREFIX}:${this.#track}:${tab}:${part}`;
  }

  #base(tab, revision) {
    return `${this.#name(tab, BASE)}:${revision}`;
  }
}

function namesIn(prefix) {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  } catch {
    return []; // The browser keeps nothing.
  }
}

function changedBy(base, changed, gone) {
  const rows = new Map(base.map((cue) => [cue.key, cue]));
  for (const key of gone) rows.delete(key);
  for (const cue of changed) rows.set(cue.key, cue);
  return [...rows.values()];
}
