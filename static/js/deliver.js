// Delivers one file by the best way there is: small ones in one request, large ones so that they go
// on after a break.

import { ResumableUpload } from "./resumable.js";
import { send, Speedometer, untilReachable } from "./transfer.js";

// Below this a file is sent in one request: sending it again costs less than the requests of a
// resumable upload.
const SMALL_BYTES = 8 * 1024 * 1024;
const TRIES = 5;
const LOOK_MS = 1000;

export class Delivery {
  #resumable = null;

  /** `on` has the callbacks: moved({sent, total, speed, quiet, again}), lost(), video(id). */
  constructor(file, ways, on) {
    this.file = file;
    this.ways = ways;
    this.on = on;
    if (ways.way !== "post" && file.size > SMALL_BYTES) this.#resumable = this.#resumableUpload();
  }

  get mayPause() {
    return this.#resumable !== null;
  }

  get isPaused() {
    return Boolean(this.#resumable?.isPaused);
  }

  pauseOrResume() {
    this.#resumable?.pauseOrResume();
  }

  /** Resolve to the video once the file has arrived; rejects with a Problem. */
  async run(signal) {
    return this.#resumable ? this.#sendResumable(signal) : this.#post(signal);
  }

  /** Send in one request, and again after each broken connection once the server is reachable. */
  async #post(signal) {
    for (let tries = 1; ; tries += 1) {
      try {
        const onProgress = (progress) => this.on.moved({ ...progress, again: tries > 1 });
        return await send(this.file, this.ways, { signal, onProgress });
      } catch (problem) {
        if (problem.code !== "unreachable" || tries === TRIES) throw problem;
        this.on.lost();
        await untilReachable(this.ways.address, signal);
      }
    }
  }

  #moved = { sent: 0, at: performance.now() };

  #resumableUpload() {
    const speedometer = new Speedometer();
    let speed = null;
    return new ResumableUpload(this.file, this.ways, {
      onProgress: ({ sent, total }) => {
        this.#moved = { sent, at: performance.now() };
        speed = speedometer.measure(sent);
        this.on.moved({ sent, total, speed, quiet: 0, again: false });
      },
      onVideo: (video) => this.on.video(video),
    });
  }

  async #sendResumable(signal) {
    const total = this.file.size;
    const looking = setInterval(() => {
      const { sent, at } = this.#moved;
      const quiet = (performance.now() - at) / 1000;
      if (!this.isPaused && quiet > 1) this.on.moved({ sent, total, speed: null, quiet, again: false });
    }, LOOK_MS);
    try {
      return await this.#resumable.send(signal);
    } finally {
      clearInterval(looking);
    }
  }
}
