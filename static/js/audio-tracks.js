// The audio tracks of a film: hls.js's audio tracks, or those that a browser itself knows.

/** Names, and which plays; `choose` takes its number. */
export class AudioTracks {
  #tracks;
  #select;
  #selected;

  static of(hls) {
    return new AudioTracks(
      hls.audioTracks,
      () => hls.audioTrack,
      (number) => (hls.audioTrack = number),
    );
  }

  static native(tracks) {
    const list = [...tracks].map(({ label, language }) => ({ name: label || language, lang: language }));
    return new AudioTracks(
      list,
      () => [...tracks].findIndex((track) => track.enabled),
      (number) => [...tracks].forEach((track, index) => (track.enabled = index === number)),
    );
  }

  constructor(tracks, selected, select) {
    this.#tracks = tracks;
    this.#selected = selected;
    this.#select = select;
  }

  get names() {
    return this.#tracks.map(({ name, lang }) => spoken(name, lang));
  }

  get selected() {
    return this.#selected();
  }

  choose(number) {
    if (number !== this.selected) this.#select(number);
  }
}

/** A track that is named by its language alone ("de", "de 2") is called as people call that. */
function spoken(name, lang) {
  if (!lang || lang === "und" || !name.startsWith(lang)) return name;
  const rest = name.slice(lang.length);
  if (rest && !/^ \d+$/.test(rest)) return name;
  return new Intl.DisplayNames(["en"], { type: "language" }).of(lang) + rest;
}
