// The audio tracks of a film: those of hls.js, or those of the browser.

/** The names of the tracks and the selected one; `choose` takes a track's number. */
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

/** Return a track's name; a name that is only a language code ("de", "de 2") becomes the language's name. */
function spoken(name, lang) {
  if (!lang || lang === "und" || !name.startsWith(lang)) return name;
  const rest = name.slice(lang.length);
  if (rest && !/^ \d+$/.test(rest)) return name;
  return new Intl.DisplayNames(["en"], { type: "language" }).of(lang) + rest;
}
