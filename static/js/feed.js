// The live feed: one socket a page, which comes back by itself and misses nothing.

const PATIENCE_MS = 60_000; // The server says something at least every 25 s.
const BAD_CURSOR = 4400;
const LOGGED_OUT = 4401;
const EXPIRED_CURSOR = 4410;

class Feed extends EventTarget {
  #cursor = document.documentElement.dataset.feedSince;
  #failures = 0;
  #watchdog;
  #socket;

  constructor() {
    super();
    if (!this.#cursor) return; // A page without a feed of its own.
    this.#connect();
    addEventListener("pageshow", (event) => event.persisted && this.#retry());
    addEventListener("online", () => this.#socket.readyState > WebSocket.OPEN && this.#connect());
  }

  #connect() {
    const address = new URL("/ws/feed/", location);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("since", this.#cursor);
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#hear(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => socket === this.#socket && this.#closed(code));
    this.#expectWords();
  }

  #hear(message) {
    this.#failures = 0;
    this.#expectWords();
    if (message.cursor) this.#cursor = message.cursor;
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  #closed(code) {
    clearTimeout(this.#watchdog);
    if ([BAD_CURSOR, LOGGED_OUT, EXPIRED_CURSOR].includes(code)) {
      location.reload();
      return;
    }
    const wait = Math.min(15_000, 500 * 2 ** this.#failures++);
    setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  #expectWords() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#retry(), PATIENCE_MS);
  }

  #retry() {
    const silent = this.#socket;
    this.#connect();
    silent.close();
  }
}

/** Dispatches "event" (a change, with its cursor) and "progress" (a tick). */
export const feed = new Feed();
