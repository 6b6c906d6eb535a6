// The live feed: one socket per page, which reconnects by itself and misses no event.

const PATIENCE_MS = 60_000; // The server sends something at least every 25 s.
const LOST_MS = 4000; // Shorter interruptions are not shown: a server that restarts is back by then.
const BAD_CURSOR = 4400;
const LOGGED_OUT = 4401;
const EXPIRED_CURSOR = 4410;

class Feed extends EventTarget {
  #cursor = document.documentElement.dataset.feedSince;
  #failures = 0;
  #watchdog;
  #socket;
  #coming;
  #losing = null;
  #isLost = false;

  constructor() {
    super();
    if (!this.#cursor) return; // A page without a feed of its own.
    this.#connect();
    addEventListener("pageshow", (event) => event.persisted && this.#retry());
    addEventListener("offline", () => this.#losesItsLine());
    addEventListener("online", () => this.#retry());
  }

  #connect() {
    clearTimeout(this.#coming);
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
    this.#hasItsLine();
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
    this.#losesItsLine();
    const wait = Math.min(15_000, 500 * 2 ** this.#failures++);
    this.#coming = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  #expectWords() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#retry(), PATIENCE_MS);
  }

  #losesItsLine() {
    this.#losing ??= setTimeout(() => {
      this.#isLost = true;
      this.dispatchEvent(new Event("lost"));
    }, LOST_MS);
  }

  #hasItsLine() {
    clearTimeout(this.#losing);
    this.#losing = null;
    if (this.#isLost) this.dispatchEvent(new Event("found"));
    this.#isLost = false;
  }

  #retry() {
    this.#losesItsLine();
    const silent = this.#socket;
    this.#connect();
    silent.close();
  }
}

/** Dispatches "event" (a change, with its cursor) and "progress" (a tick); "lost" after some seconds
 * without a connection, and "found" when it is back. */
export const feed = new Feed();
