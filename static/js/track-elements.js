// The <track> elements of a film: the browser fetches and parses each when it is wanted.

// The browser never draws tracks of this kind, and the controls take no chapters from it.
const UNDRAWN = "metadata";

/** Makes <track> elements of listed texts, within the media element. */
export class TrackElements {
  #media;
  #kindOf;
  #hear;
  #listed = new Map();
  #made = new Map();
  #inBand = null;

  /** `drawn` says whether the browser draws captions; `hear(event, id)` gets cuechange, load, error. */
  constructor(media, { drawn, hear }) {
    this.#media = media;
    this.#kindOf = ({ kind }) => {
      if (!drawn || kind === "chapters") return UNDRAWN;
      return kind === "captions" ? "captions" : "subtitles";
    };
    this.#hear = hear;
  }

  /** Take over a new list, and drop the elements of texts that are gone or changed. */
  take(listed) {
    const fresh = new Map(listed.map((one) => [one.id, one]));
    for (const [id, { revision }] of this.#listed) {
      if (fresh.get(id)?.revision !== revision) this.#drop(id);
    }
    this.#listed = fresh;
  }

  /** From now on, texts of this list that have not changed are those that the stream brings along. */
  takeInBand() {
    this.#inBand = new Map([...this.#listed].map(([id, { name, revision }]) => [id, { name, revision }]));
  }

  /** Show the text with this id in a mode, fetch those in `read` (a set of ids), and switch all
   * others off. */
  set({ shown, mode, read }) {
    for (const id of this.#listed.keys()) {
      const brought = this.#within(id);
      if (brought) change(brought, id === shown ? mode : "disabled");
      const isOwn = id === shown && !brought;
      const own = isOwn || read.has(id) ? this.#own(id) : this.#made.get(id);
      if (own) change(own.track, isOwn ? mode : read.has(id) ? "hidden" : "disabled");
    }
  }

  /** The browser's text track that shows a text; null unless it was wanted. */
  track(id) {
    return this.#within(id) ?? this.#made.get(id)?.track ?? null;
  }

  /** Return the id of the text that a text track of the browser belongs to. */
  idOf(track) {
    return [...this.#listed.keys()].find((id) => this.track(id) === track) ?? null;
  }

  /** The cues of a text in `read`; null while they are on their way. */
  cues(id) {
    const own = this.#made.get(id);
    return own?.readyState === HTMLTrackElement.LOADED ? [...own.track.cues] : null;
  }

  #within(id) {
    const known = this.#inBand?.get(id);
    if (!known || known.revision !== this.#listed.get(id)?.revision) return null;
    const own = new Set([...this.#made.values()].map(({ track }) => track));
    return [...this.#media.textTracks].find((track) => track.label === known.name && !own.has(track)) ?? null;
  }

  #own(id) {
    return this.#made.get(id) ?? this.#make(id);
  }

  #make(id) {
    const listed = this.#listed.get(id);
    const element = document.createElement("track");
    Object.assign(element, { kind: this.#kindOf(listed), label: listed.name, srclang: listed.language });
    // The address is the same for each revision, and a browser may have kept the earlier one.
    element.src = `${listed.address}.vtt?revision=${listed.revision}`;
    element.addEventListener("load", () => this.#hear("load", id));
    element.addEventListener("error", () => {
      this.#drop(id);
      this.#hear("error", id);
    });
    element.track.addEventListener("cuechange", () => this.#hear("cuechange", id));
    this.#made.set(id, element);
    this.#media.append(element);
    return element;
  }

  #drop(id) {
    this.#made.get(id)?.remove();
    this.#made.delete(id);
  }
}

function change(track, mode) {
  if (track.mode !== mode) track.mode = mode;
}
