// The texts of a film: one of its captions or subtitles is shown, as the viewer chose, and others
// are read as a transcript or as chapters.

import { keep, kept } from "./kept.js";
import { TrackElements } from "./track-elements.js";

const CHOICE = "captions"; // Kept as {on, language, kind}.
const SHOWN_ON_CHOICE = ["captions", "subtitles"];
// WebKit has an appearance of captions for the whole system, and draws them in its own full screen.
const DRAWN = "webkitSetPresentationMode" in HTMLVideoElement.prototype;

/** Dispatches "list" (other texts or another choice), "cues" (other active cues), "loaded" and
 * "lost" (with the id of a text). */
export class TextTracks extends EventTarget {
  #media;
  #elements;
  #listed = [];
  #chosen = null;
  #spoken = "";
  #begun = false;
  #read = new Set();

  constructor(media) {
    super();
    this.#media = media;
    this.#elements = new TrackElements(media, { drawn: DRAWN, hear: (name, id) => this.#heard(name, id) });
    if (DRAWN) media.textTracks.addEventListener("change", () => this.#followBrowser());
  }

  /** Take over the list of texts that the page gives. */
  take(listed) {
    this.#elements.take(listed);
    this.#listed = listed;
    this.#read = new Set([...this.#read].filter((id) => this.#find(id)));
    if (!this.#find(this.#chosen)) this.#chosen = this.#remembered();
    this.#update();
  }

  /** Show captions from now on, since the film plays; `native` if the browser reads the playlist. */
  begin({ native = false } = {}) {
    this.#begun = true;
    if (native) {
      this.#elements.takeInBand();
      this.#media.textTracks.addEventListener("addtrack", () => this.#update());
    }
    this.#update();
  }

  /** Set the language of the sound, which forced subtitles go with; empty if it is not known. */
  set spoken(language) {
    this.#spoken = language === "und" ? "" : language;
    this.#update();
  }

  /** The captions and subtitles to choose from. */
  get choices() {
    return this.#listed.filter(({ kind }) => SHOWN_ON_CHOICE.includes(kind));
  }

  /** The chapters in the language that fits best; null without chapters. */
  get chapters() {
    return best(this.#listed.filter(({ kind }) => kind === "chapters"), navigator.languages);
  }

  /** The chosen text; null if captions are off. */
  get chosen() {
    return this.#find(this.#chosen);
  }

  /** The text to read: the chosen one, or else what would be chosen next. */
  get suggested() {
    return this.chosen ?? this.#last();
  }

  /** The text that is shown: the chosen one, or else the forced subtitles that fit. */
  get shown() {
    return this.chosen ?? this.#forced();
  }

  /** Whether the browser draws the captions by itself. */
  get isDrawn() {
    return DRAWN;
  }

  /** The cues of the shown text that are to be seen now. */
  get active() {
    const shown = this.#begun && this.shown;
    return shown ? [...(this.#elements.track(shown.id)?.activeCues ?? [])] : [];
  }

  /** Choose a text by its id, or null for none; this is remembered. */
  choose(id) {
    this.#chosen = id;
    const { language, kind } = this.chosen ?? kept(CHOICE) ?? {};
    keep(CHOICE, { on: id !== null, language, kind });
    this.#update();
  }

  /** Switch captions off, or on again as they were last; return the text that is chosen then. */
  toggle() {
    if (this.chosen) this.choose(null);
    else this.choose(this.#last()?.id ?? null);
    return this.chosen;
  }

  /** Have a text fetched, to be read by `cuesOf` once it is "loaded". */
  read(id) {
    if (this.#read.has(id)) return;
    this.#read.add(id);
    this.#update();
  }

  /** The cues of a text that is read; null while they are on their way. */
  cuesOf(id) {
    return this.#elements.cues(id);
  }

  #find(id) {
    return this.#listed.find((one) => one.id === id) ?? null;
  }

  #update() {
    const shown = this.#begun ? this.shown?.id : undefined;
    this.#elements.set({ shown, mode: DRAWN ? "showing" : "hidden", read: this.#read });
    this.dispatchEvent(new Event("list"));
  }

  #heard(name, id) {
    if (id === this.shown?.id) this.dispatchEvent(new Event("cues"));
    if (name === "load") this.dispatchEvent(new CustomEvent("loaded", { detail: id }));
    if (name === "error") this.dispatchEvent(new CustomEvent("lost", { detail: id }));
  }

  /** Return what the viewer chose last, among these texts; without a choice, the default. */
  #remembered() {
    const { on } = kept(CHOICE) ?? {};
    if (on === false) return null;
    return (on ? this.#last() : this.choices.find((one) => one.default))?.id ?? null;
  }

  #last() {
    const { language, kind } = kept(CHOICE) ?? {};
    const { choices } = this;
    const exact = choices.find((one) => one.language === language && one.kind === kind);
    if (exact) return exact;
    return best(choices, language ? [language] : navigator.languages);
  }

  #forced() {
    const forced = this.#listed.filter(({ kind }) => kind === "forced");
    if (!this.#spoken) return best(forced, navigator.languages);
    return forced.find((one) => isSame(one.language, this.#spoken)) ?? forced.find(({ language }) => !language) ?? null;
  }

  /** Take over what the viewer chose in the controls of the browser. */
  #followBrowser() {
    if (!this.#begun) return;
    const showing = [...this.#media.textTracks].find(({ mode }) => mode === "showing");
    const id = showing ? this.#elements.idOf(showing) : null;
    if (id !== (this.shown?.id ?? null)) this.choose(id);
  }
}

/** Return the text in the first of these languages that there is, else the default, else the first. */
function best(texts, languages) {
  for (const language of languages) {
    const found = texts.find((one) => one.language === language) ?? texts.find((one) => isSame(one.language, language));
    if (found) return found;
  }
  return texts.find((one) => one.default) ?? texts[0] ?? null;
}

function isSame(one, other) {
  const primary = (tag) => tag.split("-")[0].toLowerCase();
  return Boolean(one) && Boolean(other) && primary(one) === primary(other);
}
