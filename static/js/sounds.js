// What media-chrome's sound menu asks of a media element (HTML's audioTracks, which few browsers
// have), answered from hls.js's audio tracks.

class Sound {
  #hls;
  #index;

  constructor(hls, index) {
    this.#hls = hls;
    this.#index = index;
    const { name, lang } = hls.audioTracks[index];
    this.id = String(index);
    this.kind = index === 0 ? "main" : "alternative";
    this.language = lang ?? "";
    this.label = spoken(name, lang);
  }

  get enabled() {
    return this.#hls.audioTrack === this.#index;
  }

  set enabled(wanted) {
    if (wanted && !this.enabled) this.#hls.audioTrack = this.#index;
  }
}

export class Sounds extends EventTarget {
  #list;

  constructor(hls, switched) {
    super();
    this.#list = hls.audioTracks.map((_, index) => new Sound(hls, index));
    this.#list.forEach((sound, index) => (this[index] = sound));
    hls.on(switched, () => this.dispatchEvent(new Event("change")));
  }

  get length() {
    return this.#list.length;
  }

  [Symbol.iterator]() {
    return this.#list[Symbol.iterator]();
  }
}

/** A track that is named by its language alone ("de", "de 2") is called as people call that. */
function spoken(name, lang) {
  if (!lang || lang === "und" || !name.startsWith(lang)) return name;
  const rest = name.slice(lang.length);
  if (rest && !/^ \d+$/.test(rest)) return name;
  return new Intl.DisplayNames(["en"], { type: "language" }).of(lang) + rest;
}
