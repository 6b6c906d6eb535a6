// Uploads that a reload interrupted: what this browser knows of them, until the file is chosen again.

const PREFIX = "vodloom.upload.";
const KEPT_MS = 24 * 3600 * 1000;

const keyOf = ({ name, size, lastModified }) => `${PREFIX}${size}.${lastModified}.${name}`;

/** Remember an upload that has begun; `state` is Uppy's of the file. */
export function remember(file, state) {
  const { tus, s3Multipart } = state ?? {};
  const upload = s3Multipart?.uploadId ?? tus?.uploadUrl?.split("/").filter(Boolean).pop();
  const { name, size } = file;
  store(keyOf(file), { name, size, upload, s3: s3Multipart ?? null, since: Date.now() });
}

/** Forget an upload that is over. */
export function forget(file) {
  drop(keyOf(file));
}

/** Return the bucket's name of the upload of this file that was interrupted, or null. */
export function resumed(file) {
  return read(keyOf(file))?.s3 ?? null;
}

/** Return the interrupted uploads as {key, name, size, upload}; those of yesterday are forgotten. */
export function interrupted() {
  const found = [];
  for (const key of keys()) {
    const kept = read(key);
    if (kept && Date.now() - kept.since < KEPT_MS) found.push({ key, ...kept });
    else drop(key);
  }
  return found;
}

/** Forget an upload by its key. */
export function drop(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage an upload goes on after a break, but not after a reload.
  }
}
