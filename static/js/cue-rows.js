// A list of thousands of cues, of which only those in view are elements.

const BEYOND = 6; // Rows above and below the view, so that the focus finds the next one.

export class CueRows {
  #scroller;
  #list;
  #make;
  #fill;
  #rows = new Map();
  #cues = [];
  #places = new Map();
  #height = 0;

  /** `make` returns a new row, and `fill` shows a cue in it: (row, cue, its place, the next cue). */
  constructor(scroller, { make, fill }) {
    this.#scroller = scroller;
    this.#list = scroller.querySelector("ol");
    [this.#make, this.#fill] = [make, fill];
    scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.#resized()).observe(scroller);
  }

  show(cues) {
    this.#cues = cues;
    this.#places = new Map(cues.map(({ key }, at) => [key, at]));
    this.draw();
  }

  /** Return the place of a cue, or -1. */
  placeOf(key) {
    return this.#places.get(key) ?? -1;
  }

  /** Return the row of a cue if it is in view. */
  rowOf(key) {
    return this.#rows.get(key);
  }

  /** Bring a cue into view, and return its row. */
  reach(key) {
    const at = this.placeOf(key);
    if (at < 0) return undefined;
    const [top, room] = [at * this.#height, this.#scroller.clientHeight];
    const { scrollTop } = this.#scroller;
    if (top < scrollTop || top + this.#height > scrollTop + room) {
      this.#scroller.scrollTop = Math.max(0, top - room / 3);
    }
    this.draw();
    return this.#rows.get(key);
  }

  draw() {
    if (!this.#height && this.#cues.length) this.#measure();
    this.#list.style.height = `${this.#cues.length * this.#height}px`;
    const wanted = this.#wanted();
    const keys = new Set(wanted.map((at) => this.#cues[at].key));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.#rows.delete(key);
    }
    this.#place(wanted.map((at) => this.#filled(at)));
  }

  /** Return the places of the cues in view, and of the one with the focus. */
  #wanted() {
    const { scrollTop, clientHeight } = this.#scroller;
    const first = Math.max(0, Math.floor(scrollTop / (this.#height || 1)) - BEYOND);
    const last = Math.min(this.#cues.length, Math.ceil((scrollTop + clientHeight) / (this.#height || 1)) + BEYOND);
    const places = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
    const focused = this.placeOf(document.activeElement?.closest?.("[data-key]")?.dataset.key);
    if (focused >= 0 && (focused < first || focused >= last)) places.push(focused);
    return places.sort((one, other) => one - other);
  }

  #filled(at) {
    const cue = this.#cues[at];
    let row = this.#rows.get(cue.key);
    if (!row) {
      row = this.#make();
      row.dataset.key = cue.key;
      this.#rows.set(cue.key, row);
    }
    row.style.top = `${at * this.#height}px`;
    row.setAttribute("aria-posinset", at + 1);
    row.setAttribute("aria-setsize", this.#cues.length);
    this.#fill(row, cue, at, this.#cues[at + 1]);
    return row;
  }

  /** Put the rows in their order. The one with the focus is not moved, since it would lose it. */
  #place(rows) {
    const kept = rows.find((row) => row.contains(document.activeElement));
    let place = this.#list.firstElementChild;
    for (const row of rows) {
      if (row === place) {
        place = place.nextElementSibling;
      } else if (row === kept) {
        while (place !== row) {
          const { nextElementSibling } = place;
          place.remove();
          place = nextElementSibling;
        }
        place = row.nextElementSibling;
      } else {
        this.#list.insertBefore(row, place);
      }
    }
  }

  #measure() {
    const row = this.#make();
    this.#list.append(row);
    this.#height = row.offsetHeight;
    row.remove();
  }

  #resized() {
    this.#height = 0;
    this.draw();
  }
}
