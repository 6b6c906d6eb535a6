// Uploads that go on after a break, by Uppy: with tus to this server, or in parts to its bucket.

import { ask, csrfToken, Problem, problemIn } from "./api.js";
import { forget, remember, resumed } from "./interrupted.js";
import { untilReachable } from "./transfer.js";
import { AwsS3, Tus, Uppy } from "../vendor/uppy-6.3.1/uppy.js";

const AT_ONCE = 2;
// What tus tells of each file. A field that a file does not have would be sent as the text "undefined".
const META = ["name", "type"];
// Seconds between the tries of a request; a lost line is tried for some ten minutes.
const RETRY_SECONDS = [0, 1, 3, 5, 10, ...Array(40).fill(15)];

// Answers, or none, that say nothing of what was asked.
const PASSING = [0, 502, 503, 504];

// What the server takes for a part of a file of this size.
const partSize = ({ size }) => Math.max(8 * 1024 * 1024, Math.ceil(size / 9000));

let uppy = null;

/** Return the page's Uppy; `ways` are the addresses {way, tus, uploads}. */
function uppyOf({ way, tus, uploads }) {
  if (uppy) return uppy;
  uppy = new Uppy({ autoProceed: true, allowMultipleUploadBatches: true, logger: { debug() {}, warn() {}, error() {} } });
  if (way === "s3") {
    uppy.use(AwsS3, { companionEndpoint: uploads.replace(/\/$/, ""), shouldUseMultipart: true, getChunkSize: partSize, limit: AT_ONCE });
  } else {
    uppy.use(Tus, {
      endpoint: tus,
      limit: AT_ONCE,
      allowedMetaFields: META,
      headers: () => ({ "X-CSRFToken": csrfToken() }),
      retryDelays: RETRY_SECONDS.map((seconds) => seconds * 1000),
      removeFingerprintOnSuccess: true,
    });
  }
  return uppy;
}

/** One upload. `onProgress` gets {sent, total}; `onVideo` gets the video once it is known. */
export class ResumableUpload {
  #id = null;
  #handlers = [];
  #video = null;

  constructor(file, ways, { onProgress, onVideo }) {
    this.file = file;
    this.ways = ways;
    this.onProgress = onProgress;
    this.onVideo = onVideo;
    this.uppy = uppyOf(ways);
  }

  /** Send the file; resolves to its video, and rejects with a Problem. */
  send(signal) {
    return new Promise((resolve, reject) => {
      const settle = (act, value) => {
        for (const [name, handler] of this.#handlers) this.uppy.off(name, handler);
        act(value);
      };
      this.#on("upload-progress", (file, { bytesUploaded, bytesTotal }) => {
        this.#tellVideo().catch(() => {}); // The next bytes ask again.
        this.onProgress({ sent: bytesUploaded, total: bytesTotal });
      });
      this.#on("upload-error", (file, error, response) => {
        this.uppy.removeFile(this.#id);
        settle(reject, this.ways.way === "s3" && isUnheard(error, response) ? storageProblem() : problemOf(error, response));
      });
      this.#on("upload-success", async () => {
        try {
          settle(resolve, await this.#arrived(signal));
        } catch (problem) {
          settle(reject, problem);
        }
      });
      signal.addEventListener("abort", () => {
        this.#end();
        settle(reject, new Problem("Stopped.", "aborted", 0));
      });
      this.#add(reject);
    });
  }

  get isPaused() {
    return Boolean(this.#id && this.uppy.getFile(this.#id)?.isPaused);
  }

  /** Pause, or go on. */
  pauseOrResume() {
    if (this.#id) this.uppy.pauseResume(this.#id);
  }

  #add(reject) {
    try {
      const { name, type } = this.file;
      const { folder } = this.ways;
      const relativePath = this.file.webkitRelativePath || null;
      const earlier = this.ways.way === "s3" ? resumed(this.file) : null;
      this.#id = this.uppy.addFile({ name, type, data: this.file, meta: { relativePath, ...(folder && { folder }) }, s3Multipart: earlier ?? undefined });
      if (folder && this.ways.way !== "s3") this.uppy.setFileState(this.#id, { tus: { allowedMetaFields: [...META, "folder"] } });
      if (earlier) this.uppy.setFileState(this.#id, { s3Multipart: earlier });
    } catch (error) {
      reject(new Problem(error.message, "not_added", 400));
    }
  }

  /** Resolve to the video of a file of which every byte has arrived: a line that breaks now is waited
      for, and nothing is sent again. */
  async #arrived(signal) {
    for (;;) {
      try {
        await this.#tellVideo();
        const video = await ask(`${this.ways.address}${this.#video}/`);
        forget(this.file);
        return video;
      } catch (problem) {
        if (!PASSING.includes(problem.status)) throw problem;
        await untilReachable(this.ways.address, signal);
      }
    }
  }

  /** Stop, and delete what has arrived. */
  #end() {
    const upload = this.#uploadId();
    this.uppy.removeFile(this.#id);
    forget(this.file);
    if (upload) ask(`${this.ways.uploads}${upload}/`, { method: "DELETE" }).catch(() => {});
  }

  #on(name, handler) {
    const own = (file, ...rest) => file?.id === this.#id && handler(file, ...rest);
    this.#handlers.push([name, own]);
    this.uppy.on(name, own);
  }

  /** Find the video of the upload, once the server has given the upload an id. */
  async #tellVideo() {
    const upload = this.#uploadId();
    if (this.#video || !upload) return;
    remember(this.file, this.uppy.getFile(this.#id));
    const { video } = await ask(`${this.ways.uploads}${upload}/`);
    if (this.#video) return;
    this.#video = video;
    this.onVideo(video);
  }

  #uploadId() {
    const { tus, s3Multipart } = this.uppy.getFile(this.#id) ?? {};
    return s3Multipart?.uploadId ?? tus?.uploadUrl?.split("/").filter(Boolean).pop() ?? null;
  }
}

/** Return whether nothing answered, or nothing that this page may read. */
function isUnheard(error, response) {
  return !(response?.body?.xhr ?? error?.request)?.status && !error?.source?.status;
}

/** Return what to do when the storage does not let the page send to it: a browser tells pages neither
    that nor a lost line. */
function storageProblem() {
  const words =
    "The file could not be sent to the storage of this site. Check your connection and try again. If it fails " +
    `each time, the operator should let pages of ${location.origin} send to the bucket (manage.py setup_bucket).`;
  return new Problem(words, "storage_unreachable", 0);
}

/** Return Uppy's error as a problem, with the server's sentence where there is one. */
function problemOf(error, response) {
  const request = response?.body?.xhr ?? error?.request;
  if (request?.status) return problemIn(request.responseText ?? "", request.status);
  return new Problem("The connection broke before the file had arrived.", "unreachable", 0);
}
