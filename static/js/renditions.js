// What media-chrome's quality menu asks of a media element (media-ui-extensions' videoRenditions),
// answered from hls.js's levels.

export class Renditions extends EventTarget {
  #hls;
  #list;

  constructor(hls) {
    super();
    this.#hls = hls;
    this.#list = hls.levels.map((level, index) => ({
      id: String(index),
      width: level.width,
      height: level.height,
      bitrate: level.bitrate,
      frameRate: level.frameRate,
    }));
    this.#list.forEach((rendition, index) => (this[index] = rendition));
  }

  get length() {
    return this.#list.length;
  }

  [Symbol.iterator]() {
    return this.#list[Symbol.iterator]();
  }

  /** The level somebody chose; -1 for automatic. */
  get selectedIndex() {
    return this.#hls.autoLevelEnabled ? -1 : this.#hls.nextLevel;
  }

  set selectedIndex(index) {
    this.#hls.nextLevel = index;
    this.dispatchEvent(new Event("change"));
  }
}
