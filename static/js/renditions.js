// The qualities of a film: hls.js's levels, each size once, in however many codecs it is there.

export class Renditions {
  /** Sizes as people call them, the largest first: 1080, 720 … */
  sizes;
  /** What somebody chose; null for automatic. Kept here: hls.js only tells what it loads next. */
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

  /** Whether hls.js goes by the line's speed. */
  get isAutomatic() {
    return this.#hls.autoLevelEnabled;
  }

  /** A size in the codecs that play, which hls.js chose as what this browser plays best. */
  #levelOf(size) {
    const { levels, loadLevel, firstLevel } = this.#hls;
    const now = levels[loadLevel] ?? levels[firstLevel];
    const fitting = levels.filter((level) => sizeOf(level) === size);
    const same = fitting.find((level) => level.codecSet === now?.codecSet);
    return levels.indexOf(same ?? fitting[0]);
  }
}

/** What people call a size by: 720p, whichever way up. */
function sizeOf({ width, height }) {
  return Math.min(width, height);
}
