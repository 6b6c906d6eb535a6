// A viewer for tests: one media element, played by hls.js or by shaka-player, and a record of
// everything that went wrong. `window.watch(player, address, options)` starts it.

const DEADLINE_MS = 60_000;

class Viewer {
  complaints = [];
  starved = 0;
  jumps = 0;
  heights = [];
  // `video.ended` is also true at the end, so far, of a growing video.
  over = false;
  #asked = false;

  constructor() {
    const video = Object.assign(document.createElement("video"), { muted: true, width: 640 });
    document.body.append(video);
    this.video = video;
    video.addEventListener("error", () => this.complain(`media: ${video.error.message}`));
    video.addEventListener("ended", () => (this.over = true));
    video.addEventListener("seeking", () => (this.over = false));
    video.addEventListener("seeking", () => (this.#asked ? (this.#asked = false) : this.jumps++));
    video.addEventListener("resize", () => this.heights.push(video.videoHeight));
    video.requestVideoFrameCallback?.((...told) => this.#note(...told));
  }

  /** The time and number of each picture shown, for videos of numbered pictures. */
  numbered = [];
  notes = false;
  /** The time and number of each picture shown, with the texts of the captions shown then. */
  captioned = [];
  /** Whether the browser does not report the pictures it shows, so that they are polled. */
  silent = false;

  look() {
    const { video } = this;
    setInterval(() => {
      const moves = this.notes && !video.paused && !video.seeking && video.currentTime > 0;
      if (moves) this.numbered.push([video.currentTime, this.number()]);
    }, 15);
  }

  #note(_, { mediaTime }) {
    if (this.notes && !this.video.seeking) {
      this.numbered.push([mediaTime, this.number()]);
      this.captioned.push([mediaTime, this.number(), this.texts()]);
    }
    this.video.requestVideoFrameCallback((...told) => this.#note(...told));
  }

  /** Return the number that 16 dark and bright columns at the top of the picture encode. */
  number() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const context = (this.#canvas ??= new OffscreenCanvas(16, 1)).getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(this.video, 0, height / 8, width, 1, 0, 0, 16, 1);
    const { data } = context.getImageData(0, 0, 16, 1);
    let found = 0;
    for (let bit = 0; bit < 16; bit++) if (data[4 * bit] > 128) found += 2 ** bit;
    return found;
  }

  #canvas;

  /** Return the texts of the captions that are shown now. */
  texts() {
    const shown = [...this.video.textTracks].filter(({ mode }) => mode !== "disabled");
    return shown.flatMap(({ activeCues }) => [...(activeCues ?? [])].map(({ text }) => text));
  }

  /** Seek, and return the number of the picture and the texts there. */
  async readAt(seconds) {
    await this.seek(seconds);
    await this.until(() => this.texts().length > 0, `captions at ${seconds}`);
    return [this.number(), this.texts()];
  }

  complain(text) {
    this.complaints.push(`${text} (at ${this.video.currentTime.toFixed(3)})`);
  }

  /** From now on, fetch each segment from another rung than the previous one. */
  changeRungs() {
    const rungs = this.rungs();
    let count = 0;
    this.onSegment(() => this.choose(rungs[count++ % rungs.length]));
  }

  /** Start or resume playback. */
  async play(rate = 1) {
    this.video.playbackRate = rate;
    let told = false;
    const begun = this.video.play().finally(() => (told = true));
    // While there is nothing to play, a browser may leave the promise of `play()` pending.
    await Promise.race([begun, this.until(() => told, "playing")]);
  }

  /** Pause and seek to a time; return the time of the picture that is shown then. */
  async seek(seconds) {
    const { video } = this;
    video.pause();
    let shown;
    const note = (_, { mediaTime }) => {
      shown = mediaTime;
      if (!video.paused) return;
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
    this.#asked = true;
    video.currentTime = seconds;
    await this.until(() => !video.seeking && video.readyState >= 2, `seeked to ${seconds}`);
    if (video.videoWidth && !this.silent) {
      await this.until(() => Math.abs(shown - seconds) < 0.5, `a picture at ${seconds}`);
    }
    if (this.silent) await new Promise((resolve) => setTimeout(resolve, 500));
    return shown ?? video.currentTime;
  }

  /** Resolve once playback reaches the time, or the end. */
  async reach(seconds) {
    await this.until(() => this.video.currentTime >= seconds || this.over, `at ${seconds}`);
  }

  async end() {
    await this.until(() => this.over, "the end");
  }

  async until(condition, what) {
    const deadline = performance.now() + DEADLINE_MS;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`never ${what}: ${this.state()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  state() {
    return JSON.stringify(this.account());
  }

  account() {
    const { video } = this;
    const ranges = ({ length, start, end }, of) =>
      Array.from({ length }, (_, i) => [start.call(of, i), end.call(of, i)]);
    return {
      complaints: this.complaints,
      starved: this.starved,
      jumps: this.jumps,
      heights: this.heights,
      time: video.currentTime,
      duration: video.duration,
      over: this.over,
      height: video.videoHeight,
      readyState: video.readyState,
      buffered: ranges(video.buffered, video.buffered),
      apart: [...(window.opened?.sourceBuffers ?? [])].map((source) =>
        ranges(source.buffered, source.buffered),
      ),
      played: ranges(video.played, video.played),
    };
  }
}

class HlsViewer extends Viewer {
  async open(address, { ahead = 90, codecs = [] }) {
    const { default: Hls } = await import("./hls.js");
    this.Hls = Hls;
    const hls = new Hls({ maxBufferLength: ahead, maxMaxBufferLength: ahead });
    this.hls = hls;
    const wanted = ({ attrs }) => codecs.every((codec) => attrs.CODECS.includes(codec));
    hls.once(Hls.Events.MANIFEST_PARSED, () => {
      if (codecs.length) hls.loadLevel = hls.levels.findIndex(wanted);
    });
    hls.on(Hls.Events.ERROR, (_, error) => this.#note(error));
    hls.loadSource(address);
    hls.attachMedia(this.video);
  }

  #note(error) {
    const { details, fatal, reason } = error;
    // After a seek, hls.js reports that it no longer wants what it has requested: no fault.
    if (details === this.Hls.ErrorDetails.INTERNAL_ABORTED) return;
    const kind = fatal ? "fatal" : "not fatal";
    // A viewer of a growing video may run out of data, and a busy machine decodes late. If playback
    // does not resume by itself, hls.js nudges it, which it reports as an error of another kind.
    const stalled = details === this.Hls.ErrorDetails.BUFFER_STALLED_ERROR && !fatal;
    if (stalled) this.starved++;
    else this.complain(`hls.js: ${details}, ${kind}, ${reason ?? error.error ?? ""}`);
  }

  rungs() {
    return this.hls.levels.map((level) => level.height).sort((a, b) => a - b);
  }

  /** Return the codecs that are fetched `now`, and `all` that could be chosen. */
  codecs() {
    const { levels, loadLevel } = this.hls;
    const told = levels.map(({ attrs }) => attrs.CODECS.split(","));
    return { now: told[loadLevel], all: [...new Set(told.flat())] };
  }

  /** Switch to this rung from the next segment on, or (`now`) at the current position. */
  choose(height, now = false) {
    const index = this.hls.levels.findIndex((level) => level.height === height);
    if (now) this.hls.currentLevel = index;
    else this.hls.loadLevel = index;
  }

  /** Return the captions to choose from: name, language, and whether they are the default, forced
   * or for the deaf. */
  captions() {
    return this.hls.subtitleTracks.map(({ name, lang, default: chosen, forced, characteristics }) => ({
      name, language: lang, chosen, forced, described: Boolean(characteristics),
    }));
  }

  read(name) {
    this.hls.subtitleDisplay = true;
    this.hls.subtitleTrack = this.captions().findIndex((one) => one.name === name);
  }

  languages() {
    return this.hls.audioTracks.map((track) => track.lang);
  }

  async speak(language) {
    let switched = false;
    this.hls.once(this.Hls.Events.AUDIO_TRACK_SWITCHED, () => (switched = true));
    this.hls.audioTrack = this.languages().indexOf(language);
    await this.until(() => switched, `in ${language}`);
  }

  onSegment(callback) {
    this.hls.on(this.Hls.Events.FRAG_LOADED, (_, { frag }) => frag.type === "main" && callback());
  }
}

class ShakaViewer extends Viewer {
  #keep = 0;

  /** Load an address. `configuration` is passed to shaka-player; `keep` is how many seconds of the
   * buffer ahead are kept when the quality changes in place. */
  async open(address, { ahead = 90, start = null, codecs = [], configuration = {}, keep = 0 }) {
    this.#keep = keep;
    if (!window.shaka) await import("./shaka.js");
    const player = new window.shaka.Player();
    this.player = player;
    player.addEventListener("error", ({ detail }) => this.complain(`shaka: ${detail}`));
    for (const name of ["stalldetected", "gapjumped"]) {
      player.addEventListener(name, () => this.complain(`shaka: ${name}`));
    }
    await player.attach(this.video);
    player.configure({ streaming: { bufferingGoal: ahead, bufferBehind: 90 } });
    player.configure({ preferredVideoCodecs: codecs, preferredAudioCodecs: codecs });
    player.configure(configuration);
    // Also record the errors that shaka-player recovers from by requesting again.
    player.configure({ streaming: { failureCallback: (e) => this.complain(`shaka: ${e.code}`) } });
    player.getNetworkingEngine().addEventListener("retry", ({ error }) =>
      this.complain(`shaka asks again: ${error?.code}`),
    );
    await player.load(address, start);
  }

  rungs() {
    return this.player.getVariantTracks().map((track) => track.height).sort((a, b) => a - b);
  }

  codecs() {
    const tracks = this.player.getVariantTracks();
    const told = ({ videoCodec, audioCodec }) => [videoCodec, audioCodec];
    return { now: told(tracks.find((one) => one.active)), all: [...new Set(tracks.flatMap(told))] };
  }

  choose(height, now = false) {
    this.player.configure({ abr: { enabled: false } });
    const track = this.player.getVariantTracks().find((one) => one.height === height);
    this.player.selectVariantTrack(track, now, now ? this.#keep : 0);
  }

  captions() {
    return this.player.getTextTracks().map(({ label, language, primary, forced, roles }) => ({
      name: label, language, chosen: primary, forced, described: roles.some((role) => /caption|transcribes/.test(role)),
    }));
  }

  read(name) {
    this.player.selectTextTrack(this.player.getTextTracks().find(({ label }) => label === name));
  }

  languages() {
    return this.player.getAudioTracks().map((track) => track.language);
  }

  async speak(language) {
    const tracks = () => this.player.getAudioTracks();
    this.player.selectAudioTrack(tracks().find((track) => track.language === language));
    const spoken = () => tracks().find((track) => track.active)?.language === language;
    await this.until(spoken, `in ${language}`);
  }

  /** Play only keyframes, at `rate` times the normal speed, until a time is reached. */
  async flick(rate, seconds) {
    await this.play();
    this.player.trickPlay(rate);
    await this.reach(seconds);
    this.player.cancelTrickPlay();
  }

  onSegment(callback) {
    this.player.addEventListener("segmentappended", (event) => {
      if (event.contentType === "video") callback();
    });
  }
}

// Keep the MediaSource, which players do not expose: `account` reads the buffered ranges of video
// and audio separately from it.
const { addSourceBuffer } = MediaSource.prototype;
MediaSource.prototype.addSourceBuffer = function (type) {
  window.opened = this;
  return addSourceBuffer.call(this, type);
};

const PLAYERS = { hls: HlsViewer, shaka: ShakaViewer };

window.watch = async (player, address, options) => {
  window.viewer = new PLAYERS[player]();
  window.viewer.silent = options.silent ?? false;
  if (options.silent) window.viewer.look();
  await window.viewer.open(address, options);
  await window.viewer.until(() => window.viewer.video.readyState >= 3, "ready");
};
