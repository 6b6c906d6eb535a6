// The files in a drop, those in dropped folders too.

const HIDDEN = /^\./;

/** Return all files of a drop; hidden ones in folders are left out. */
export async function droppedFiles({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...files];
  const found = await Promise.all(entries.map((entry) => within(entry)));
  return found.flat();
}

async function within(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const found = [];
  for (const inner of await entriesOf(entry.createReader())) {
    if (!HIDDEN.test(inner.name)) found.push(...(await within(inner)));
  }
  return found;
}

/** Read a folder, of which the browser gives a hundred entries at a time. */
async function entriesOf(reader) {
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
