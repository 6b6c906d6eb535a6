// What the viewer chose, kept in the browser; a browser without storage forgets it with the page.

const unkept = new Map();

/** Return what was kept under a name, or null. */
export function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? unkept.get(name) ?? null;
  } catch {
    return unkept.get(name) ?? null;
  }
}

/** Keep a value that JSON can express. */
export function keep(name, value) {
  unkept.set(name, value);
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // A browser without storage.
  }
}
