// @ts-check
/**
 * The events of a Vodloom server, in order, none missed and none twice.
 *
 *     import { VodloomFeed } from "https://videos.example/static/vodloom/feed.js";
 *
 *     const feed = new VodloomFeed({ url: "https://videos.example", ticket: askMyServer });
 *     feed.addEventListener("event", ({ detail }) => console.log(detail.event, detail.video));
 *     // or: for await (const message of feed) …
 *
 * It listens by WebSocket. Where no WebSocket comes through, it listens by Server-Sent Events, and
 * where these do not either, it asks every few seconds; meanwhile it tries the better ways again.
 * It keeps the cursor of the last event and begins there, whichever way and however late it is back.
 *
 * It dispatches each message by its type: "event", "image", "progress", "hello", "ping", "error"
 * (the message is `detail`), and of its own:
 * - "lost": for some seconds no way has led to the server;
 * - "found": there is one again, and all that was missed follows;
 * - "ended": nothing will follow, `detail` is an `Ending`. `begin()` begins anew.
 *
 * Needs nothing but a browser of today, or Node 22 (without Server-Sent Events there).
 */

/**
 * @typedef {object} Ticket What `POST /api/v1/feed/ticket/` answers; it opens one feed.
 * @property {string} url
 * @property {string[]} protocols
 * @property {string} ticket
 */

/**
 * @typedef {object} CursorStorage Where the cursor is kept over reloads of the page.
 * @property {() => string | null | undefined | Promise<string | null | undefined>} get
 * @property {(cursor: string) => unknown} set
 */

/**
 * @typedef {object} Options
 * @property {string | URL} [url] the address of the server; that of the page unless it is given
 * @property {string | (() => string | Promise<string>)} [key] an API key; not in pages for others
 * @property {() => Ticket | null | Promise<Ticket | null>} [ticket] gets a ticket from your own server,
 *   which has the key; null ends the feed, an error is tried again. With neither, the session of a user
 *   who is logged in counts
 * @property {string} [since] the cursor to begin after; now unless it is given or stored
 * @property {string[]} [videos] the ids of single videos to follow, instead of all of one's own; "poll"
 *   can follow one at most
 * @property {boolean} [all] whether to follow everything there is, for staff
 * @property {CursorStorage} [storage] keeps the cursor
 * @property {Way[]} [ways] those to try, the best first
 * @property {number} [pollMs] milliseconds between two questions where nothing else works
 * @property {number} [lostMs] milliseconds without a way until "lost"
 */

/** @typedef {"socket" | "sse" | "poll"} Way */

/**
 * @typedef {object} Message
 * @property {string} type
 * @property {string} [cursor] of all but "progress"
 * @property {string} [event] the kind, such as "video.ready"
 * @property {string | null} [video]
 * @property {string | null} [image]
 * @property {number} [version] of the payload
 * @property {string} [created_at]
 * @property {Record<string, any>} [payload]
 */

/**
 * @typedef {object} Ending
 * @property {"logged_out" | "refused" | "not_found" | "expired" | "bad_cursor"} reason
 *   "expired": events after the cursor were deleted for their age, so read the videos again;
 *   `begin()` then goes on with the oldest that is kept; "logged_out": also for a key that was revoked
 */

const SILENT_MS = 60_000; // The server says something at least every 25 s.
const FIRST_WORD_MS = 10_000;
const PROBE_MS = 3_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const SOON_MS = 5_000;
const LONGEST_UNTIL_BETTER_MS = 300_000;
const TRIES_OF_A_WAY = 2;
const TRIES_OF_A_TICKET = 3;
const REMEMBERED = 1000;
const PAGE = 200;
const TYPES = ["message", "hello", "event", "image", "progress", "ping", "error", "expired", "end"];
const GONE = 410;
const EXPIRED = 4410;

/** @type {Record<number, Ending["reason"]>} */
const ENDS = {
  400: "bad_cursor", 401: "logged_out", 403: "refused", 404: "not_found", [GONE]: "expired",
  4400: "bad_cursor", 4401: "logged_out", 4403: "refused", 4404: "not_found", [EXPIRED]: "expired",
};

/** Why a way came to its end: a code of the server, or 0 for an interruption. */
class Broken extends Error {
  /** @param {number} [code] @param {string} [cursor] where to go on, if events were left out */
  constructor(code = 0, cursor) {
    super(`the feed was interrupted (${code})`);
    this.code = code;
    this.cursor = cursor;
  }
}

export class VodloomFeed extends EventTarget {
  /** @type {Options} */ #options;
  /** @type {URL} */ #server;
  /** @type {string | undefined} */ #cursor;
  /** @type {Way[]} */ #ways;
  #at = 0;
  #failures = 0;
  #silent = 0;
  #isProbing = false; // whether a better way is tried while a worse one is known to work
  #refusedTickets = 0;
  #untilBetter = SOON_MS;
  #isLost = false;
  /** @type {ReturnType<typeof setTimeout> | null} */ #losing = null;
  /** @type {AbortController | null} */ #life = null;
  /** @type {(() => void) | null} */ #hurry = null;
  /** @type {Set<string>} */ #heard = new Set();
  /** @type {Way | null} */ #via = null;

  /** @param {Options} [options] */
  constructor(options = {}) {
    super();
    this.#options = options;
    this.#server = new URL(options.url ?? globalThis.location?.href);
    this.#cursor = options.since;
    this.#ways = this.#possible(options.ways ?? ["socket", "sse", "poll"]);
    if (!this.#ways.length) throw new Error("There is no way to listen: give a key or a ticket.");
    globalThis.addEventListener?.("online", () => this.#retry());
    globalThis.addEventListener?.("offline", () => this.#life && this.#loses());
    globalThis.addEventListener?.("pageshow", (event) => /** @type {any} */ (event).persisted && this.#retry());
    this.begin();
  }

  /** The cursor of the last message: what `since` takes. */
  get cursor() {
    return this.#cursor;
  }

  /** @returns {Way | null} The way in which messages come at the moment. */
  get via() {
    return this.#via;
  }

  /** Listen again, after `close` or "ended": after the last message, or after the cursor that is given,
   * which is empty for now.
   * @param {string} [since] */
  begin(since) {
    if (this.#life) return;
    if (since !== undefined) this.#cursor = since || undefined;
    this.#life = new AbortController();
    this.#at = this.#failures = this.#silent = this.#refusedTickets = 0;
    void this.#live(this.#life.signal, since === undefined);
  }

  /** Listen no more. */
  close() {
    this.#life?.abort();
    this.#life = null;
    this.#via = null;
    clearTimeout(this.#losing ?? undefined);
    this.#losing = null;
  }

  /** The events, and the newest progress of each video, until the feed ends or the loop is left.
   * @returns {AsyncGenerator<Message, void>} */
  async *[Symbol.asyncIterator]() {
    /** @type {Message[]} */ const waiting = [];
    let wake = () => {};
    let isOver = false;
    const hear = (/** @type {any} */ { detail }) => {
      const older = waiting.findIndex((one) => one.type === "progress" && one.video === detail.video);
      if (detail.type === "progress" && older >= 0) waiting.splice(older, 1);
      waiting.push(detail);
      wake();
    };
    const end = () => {
      isOver = true;
      wake();
    };
    for (const type of ["event", "image", "progress"]) this.addEventListener(type, hear);
    this.addEventListener("ended", end);
    try {
      for (;;) {
        while (waiting.length) yield /** @type {Message} */ (waiting.shift());
        if (isOver) return;
        await new Promise((resolve) => (wake = () => resolve(null)));
      }
    } finally {
      for (const type of ["event", "image", "progress"]) this.removeEventListener(type, hear);
      this.removeEventListener("ended", end);
    }
  }

  /** @param {Way[]} wanted @returns {Way[]} Those that this program and its rights allow. */
  #possible(wanted) {
    const { key, ticket, videos } = this.#options;
    const hasSession = this.#server.origin === globalThis.location?.origin;
    const can = {
      socket: typeof WebSocket === "function",
      sse: typeof EventSource === "function",
      poll: (key !== undefined || (hasSession && !ticket)) && (videos?.length ?? 0) < 2,
    };
    return wanted.filter((way) => can[way]);
  }

  /** @param {AbortSignal} life @param {boolean} isStored whether a stored cursor counts */
  async #live(life, isStored) {
    if (isStored) this.#cursor ??= (await this.#options.storage?.get()) || undefined;
    while (!life.aborted) {
      const way = this.#ways[this.#at];
      const upgrade = this.#at > 0 ? this.#untilBetter : null;
      try {
        await this.#follow(way, life, upgrade);
        this.#isProbing = this.#at > 0 && this.#via !== null;
        this.#at = 0;
        this.#via = null;
        this.#untilBetter = Math.min(this.#untilBetter * 2, LONGEST_UNTIL_BETTER_MS);
      } catch (error) {
        if (life.aborted) return;
        const broken = error instanceof Broken ? error : new Broken();
        if (broken.cursor) this.#moves(broken.cursor);
        const reason = this.#ending(broken.code);
        if (reason) return this.#ends(reason);
        this.#loses();
        this.#step();
        await this.#pause(life);
      }
    }
  }

  /** Decide which way is next after an interruption. */
  #step() {
    if (this.#via) this.#silent = 0;
    else if (++this.#silent >= TRIES_OF_A_WAY || this.#isProbing) {
      this.#silent = 0;
      this.#at = (this.#at + 1) % this.#ways.length;
    }
    this.#via = null;
  }

  /** @param {number} code @returns {Ending["reason"] | undefined} */
  #ending(code) {
    const reason = code === 400 && !this.#cursor ? "refused" : ENDS[code];
    // A ticket may be too old when it arrives; a revoked key gets none.
    const isOfTicket = this.#options.ticket || this.#options.key;
    if (reason === "logged_out" && code === 4401 && isOfTicket) {
      return ++this.#refusedTickets >= TRIES_OF_A_TICKET ? reason : undefined;
    }
    return reason;
  }

  /** @param {Ending["reason"]} reason */
  #ends(reason) {
    this.close();
    this.dispatchEvent(new CustomEvent("ended", { detail: /** @type {Ending} */ ({ reason }) }));
  }

  /** Listen in one way until it breaks, or until a better one may be tried.
   * @param {Way} way @param {AbortSignal} life @param {number | null} upgrade */
  async #follow(way, life, upgrade) {
    const turn = new AbortController();
    const stop = () => turn.abort();
    life.addEventListener("abort", stop);
    this.#hurry = stop;
    const better = upgrade === null ? undefined : setTimeout(stop, upgrade);
    try {
      if (way === "poll") await this.#poll(turn.signal);
      else await this.#listen(way, turn.signal);
    } finally {
      clearTimeout(better);
      life.removeEventListener("abort", stop);
      turn.abort();
    }
  }

  /** @param {"socket" | "sse"} way @param {AbortSignal} turn */
  async #listen(way, turn) {
    const open = way === "socket" ? await this.#socket() : await this.#stream();
    await new Promise((resolve, reject) => {
      /** @type {ReturnType<typeof setTimeout>} */ let watchdog;
      const expect = (/** @type {number} */ ms) => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => reject(new Broken()), ms);
      };
      open.hear((text) => {
        if (turn.aborted) return;
        expect(SILENT_MS);
        for (const message of messagesOf(JSON.parse(text))) {
          if (message.type === "expired") return reject(new Broken(EXPIRED, message.cursor));
          if (message.type === "end") return reject(new Broken(message.code));
          this.#tell(message, way);
        }
      }, (code) => reject(new Broken(code)));
      expect(this.#isProbing ? PROBE_MS : FIRST_WORD_MS);
      turn.addEventListener("abort", () => resolve(null));
      if (turn.aborted) resolve(null);
      open.over = () => clearTimeout(watchdog);
    }).finally(() => {
      open.over();
      open.close();
    });
  }

  async #socket() {
    const ticket = await this.#ticket();
    const address = new URL(ticket ? ticket.url : "/ws/feed/", this.#server);
    address.protocol = address.protocol.replace("http", "ws");
    this.#ask(address);
    const socket = ticket ? new WebSocket(address, ticket.protocols) : new WebSocket(address);
    return {
      over: () => {},
      close: () => socket.close(),
      /** @param {(text: string) => void} take @param {(code: number) => void} broken */
      hear(take, broken) {
        socket.addEventListener("message", ({ data }) => take(data));
        socket.addEventListener("close", ({ code }) => broken(code));
      },
    };
  }

  async #stream() {
    const ticket = await this.#ticket();
    const address = this.#ask(new URL("/api/v1/events/", this.#server));
    if (ticket) address.searchParams.set("ticket", ticket.ticket);
    const stream = new EventSource(address);
    return {
      over: () => {},
      close: () => stream.close(),
      /** @param {(text: string) => void} take @param {(code: number) => void} broken */
      hear(take, broken) {
        for (const type of TYPES) {
          stream.addEventListener(type, (said) => "data" in said && take(/** @type {any} */ (said).data));
        }
        // It would connect again by itself, but with a ticket that is used up.
        stream.onerror = (said) => "data" in said || broken(0);
      },
    };
  }

  /** @param {AbortSignal} turn */
  async #poll(turn) {
    while (!turn.aborted) {
      const told = await this.#fetch(this.#page(), {}, turn);
      if (turn.aborted) return;
      for (const message of told.results) this.#tell(message, "poll");
      this.#tell({ type: "ping", cursor: told.cursor }, "poll");
      if (!told.has_more) await wait(spread(this.#options.pollMs ?? 5000), turn);
    }
  }

  #page() {
    const { videos, all } = this.#options;
    const address = new URL("/api/v1/events/list/", this.#server);
    if (all) address.searchParams.set("all", "true");
    if (videos?.length) address.searchParams.set("video", videos[0]);
    address.searchParams.set("limit", String(PAGE));
    address.searchParams.set("since", this.#cursor ?? "now");
    return address;
  }

  /** @param {URL} address @returns {URL} with what is to be told, and since when. */
  #ask(address) {
    const { videos, all } = this.#options;
    if (all) address.searchParams.set("all", "true");
    if (videos?.length) address.searchParams.set("videos", videos.join(","));
    if (this.#cursor) address.searchParams.set("since", this.#cursor);
    return address;
  }

  /** @returns {Promise<Ticket | null>} null where the session counts. */
  async #ticket() {
    const { key, ticket } = this.#options;
    if (ticket) {
      const given = await ticket();
      if (!given) throw new Broken(401);
      return given;
    }
    if (key === undefined) return null;
    return this.#fetch(new URL("/api/v1/feed/ticket/", this.#server), { method: "POST" });
  }

  /** @param {URL} address @param {RequestInit} how @param {AbortSignal} [signal]
   * @returns {Promise<any>} */
  async #fetch(address, how, signal) {
    const { key } = this.#options;
    const secret = typeof key === "function" ? await key() : key;
    /** @type {Record<string, string>} */ const headers = secret ? { Authorization: `Bearer ${secret}` } : {};
    const patience = AbortSignal.timeout(FIRST_WORD_MS);
    let answer;
    try {
      const either = signal ? AbortSignal.any([signal, patience]) : patience;
      answer = await fetch(address, { ...how, headers, signal: either });
      if (answer.ok) return await answer.json();
    } catch {
      if (signal?.aborted) return {};
      throw new Broken();
    }
    const problem = answer.status === GONE ? await answer.json().catch(() => null) : null;
    throw new Broken(answer.status, problem?.cursor);
  }

  /** @param {Message} message @param {Way} way */
  #tell(message, way) {
    this.#finds(way);
    const { cursor, type } = message;
    if (cursor && (type === "event" || type === "image")) {
      if (this.#heard.has(cursor)) return;
      this.#heard.add(cursor);
      if (this.#heard.size > REMEMBERED) this.#heard.delete(this.#heard.values().next().value ?? "");
    }
    if (type !== "ping" || way !== "poll") this.dispatchEvent(new CustomEvent(type, { detail: message }));
    if (cursor) this.#moves(cursor);
  }

  /** @param {string} cursor */
  #moves(cursor) {
    if (cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.#options.storage?.set(cursor);
  }

  /** @param {Way} way */
  #finds(way) {
    this.#via = way;
    this.#failures = this.#refusedTickets = 0;
    this.#isProbing = false;
    if (way === this.#ways[0]) this.#untilBetter = SOON_MS;
    clearTimeout(this.#losing ?? undefined);
    this.#losing = null;
    if (this.#isLost) this.dispatchEvent(new Event("found"));
    this.#isLost = false;
  }

  #loses() {
    this.#losing ??= setTimeout(() => {
      this.#isLost = true;
      this.dispatchEvent(new Event("lost"));
    }, this.#options.lostMs ?? 4000);
  }

  /** Try at once, from the best way on. */
  #retry() {
    if (!this.#life) return;
    this.#loses();
    this.#at = this.#failures = this.#silent = 0;
    this.#hurry?.();
  }

  /** @param {AbortSignal} life */
  async #pause(life) {
    const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
    const turn = new AbortController();
    this.#hurry = () => turn.abort();
    await wait(spread(ms), AbortSignal.any([life, turn.signal]));
  }
}

/** @param {any} said @returns {any[]} The messages of a frame, which may have several. */
function messagesOf(said) {
  return said.type === "events" ? said.events : [said].flat();
}

/** @param {number} ms @returns {number} that time, made a quarter shorter or longer by chance. */
function spread(ms) {
  return ms * (0.75 + Math.random() / 2);
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
function wait(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
