// What media-chrome's quality menu asks of a media element (media-ui-extensions' videoRenditions),
// answered from hls.js's levels: each size once, in however many codecs it is there.

export class Renditions extends EventTarget {
  #hls;
  #list;

  constructor(hls) {
    super();
    this.#hls = hls;
    const sizes = new Map();
    for (const level of hls.levels) {
      if (!sizes.has(sizeOf(level))) sizes.set(sizeOf(level), level);
    }
    this.#list = [...sizes.values()].map(({ width, height, bitrate, frameRate }, index) => ({
      id: String(index),
      width,
      height,
      bitrate,
      frameRate,
    }));
    this.#list.forEach((rendition, index) => (this[index] = rendition));
  }

  get length() {
    return this.#list.length;
  }

  [Symbol.iterator]() {
    return this.#list[Symbol.iterator]();
  }

  /** The size somebody chose; -1 for automatic. */
  get selectedIndex() {
    const level = this.#hls.autoLevelEnabled ? null : this.#hls.levels[this.#hls.nextLevel];
    return level ? this.#list.findIndex((one) => sizeOf(one) === sizeOf(level)) : -1;
  }

  set selectedIndex(index) {
    this.#hls.nextLevel = index < 0 ? -1 : this.#levelOf(this.#list[index]);
    this.dispatchEvent(new Event("change"));
  }

  /** A size in the codecs that play, which hls.js chose as what this browser plays best. */
  #levelOf(size) {
    const { levels, loadLevel, firstLevel } = this.#hls;
    const now = levels[loadLevel] ?? levels[firstLevel];
    const fitting = levels.filter((level) => sizeOf(level) === sizeOf(size));
    const same = fitting.find((level) => level.codecSet === now?.codecSet);
    return levels.indexOf(same ?? fitting[0]);
  }
}

/** What people call a size by: 720p, whichever way up. */
function sizeOf({ width, height }) {
  return Math.min(width, height);
}
