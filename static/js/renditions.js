// The qualities of a film: hls.js's levels, each size once, even if it exists in several codecs.

export class Renditions {
  /** The sizes by their usual numbers, the largest first: 1080, 720 … */
  sizes;
  /** The chosen size; null for automatic. Kept here, since hls.js only tells what it loads next. */
  chosen = null;
  #hls;

  constructor(hls) {
    this.#hls = hls;
    this.sizes = [...new Set(hls.levels.map(sizeOf))].sort((one, other) => other - one);
  }

  choose(size) {
    this.chosen = size;
    this.#hls.nextLevel = size === null ? -1 : this.#levelOf(size);
  }

  /** The size that plays now; null before anything does. */
  get playing() {
    const level = this.#hls.levels[this.#hls.currentLevel];
    return level ? sizeOf(level) : null;
  }

  /** Whether hls.js chooses by the speed of the connection. */
  get isAutomatic() {
    return this.#hls.autoLevelEnabled;
  }

  /** Return the level of a size in the current codecs, which hls.js chose as this browser's best. */
  #levelOf(size) {
    const { levels, loadLevel, firstLevel } = this.#hls;
    const now = levels[loadLevel] ?? levels[firstLevel];
    const fitting = levels.filter((level) => sizeOf(level) === size);
    const same = fitting.find((level) => level.codecSet === now?.codecSet);
    return levels.indexOf(same ?? fitting[0]);
  }
}

/** Return the number in the usual name of a size: 720 for 720p, also if it is upright. */
function sizeOf({ width, height }) {
  return Math.min(width, height);
}
