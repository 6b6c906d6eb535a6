// <live-page>: the parts of the watch page that follow the video's state, and its actions.

import { ask, fetchPage, toast } from "./api.js";
import { noteDiscarded } from "./discarding.js";
import { feed } from "./feed.js";
import "./lost-line.js";
import "./progress.js";
import "./shortcuts.js";
import "./transcript.js";
import "./video-field.js";

const LOOK_MS = 5000;

class LivePage extends HTMLElement {
  #busy = false;
  #again = false;
  #lost = false;
  #renewed = false; // The addresses that the player has were replaced.
  #stage = null;
  #later;
  #begins = beginning();

  connectedCallback() {
    const { video } = this.dataset;
    feed.addEventListener("event", ({ detail }) => detail.video === video && this.#heard(detail));
    feed.addEventListener("progress", ({ detail }) => detail.video === video && this.#ticked(detail));
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action], [data-copies], [data-opens]");
      if (button) this.#pressed(button);
    });
    this.addEventListener("video-saved", () => this.refresh());
    this.addEventListener("player-lost", () => this.#playerLost());
    this.addEventListener("player-texts-lost", () => this.refresh());
    this.#bringPlayer();
    // A page without a feed for this video polls. So does every page while the video is processed
    // again, since then it has no bar that the feed moves.
    setInterval(() => {
      const hasFeed = document.documentElement.dataset.feedSince && !this.querySelector(".state live-progress");
      if (!hasFeed && this.querySelector("live-progress") && !document.hidden) this.refresh();
    }, LOOK_MS);
  }

  /** Fetch the page again and take over the parts that changed. */
  async refresh() {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    const renewed = this.#renewed;
    this.#renewed = false;
    try {
      const page = await fetchPage(location.href);
      if (page) this.#take(page, renewed);
      else this.#leave();
    } catch {
      this.#renewed ||= renewed;
      clearTimeout(this.#later); // The server is unreachable, and the event does not come again.
      this.#later = setTimeout(() => this.refresh(), LOOK_MS);
    }
    this.#busy = false;
    if (this.#again) {
      this.#again = false;
      await this.refresh();
    }
  }

  /** Leave, since this viewer's video is gone: to the library with a feed, else to a page that says so. */
  #leave() {
    if (document.documentElement.dataset.feedSince) location.assign(this.dataset.library);
    else location.reload();
  }

  #heard({ event, payload }) {
    if (payload?.changed?.includes("playback")) this.#renewed = true;
    if (event === "video.deleted") this.#leaveDeleted();
    else this.refresh();
  }

  #ticked({ stage, available_seconds: available }) {
    const player = this.querySelector("vod-player[data-growing]");
    if (player) player.grow(available);
    // A new stage brings more data about the video, so the page is fetched again.
    if (stage === this.#stage) return;
    this.#stage = stage;
    this.refresh();
  }

  /** Load the player's code once there is a video to play. */
  async #bringPlayer() {
    const player = this.querySelector("vod-player");
    if (!player) return;
    await import("./player.js");
    if (this.#begins !== null) player.jump(this.#begins);
    this.#begins = null;
  }

  #take(page, renewed) {
    for (const shown of this.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${shown.dataset.live}"]`);
      if (!fresh || this.#keepsPlaying(shown, fresh, renewed)) continue;
      this.#keepOpen(shown, fresh);
      if (shown.innerHTML !== fresh.innerHTML) shown.replaceWith(document.adoptNode(fresh));
    }
    for (const field of page.querySelectorAll("video-field :is(input, select, textarea)")) {
      this.querySelector(`video-field [name="${field.name}"]`)?.closest("video-field").take(field.value);
    }
    document.title = page.title;
    this.#bringPlayer();
  }

  /** Keep the menus open that the user has opened. */
  #keepOpen(shown, fresh) {
    const nameOf = (menu) => menu.querySelector("summary").outerHTML;
    const opened = new Set([...shown.querySelectorAll("details[open]")].map(nameOf));
    for (const menu of fresh.querySelectorAll("details")) menu.open = opened.has(nameOf(menu));
  }

  /** Keep the player in place; it changes its address only for another release, after an error, or if
   * the one that it has was replaced. */
  #keepsPlaying(shown, fresh, renewed) {
    const [player, next] = [shown, fresh].map((part) => part.querySelector("vod-player"));
    if (!player?.take || !next) return false;
    const isReplaced = renewed && player.dataset.src !== next.dataset.src;
    player.take(next.dataset, { anew: this.#lost || isReplaced });
    player.takePoster(next);
    return true;
  }

  async #playerLost() {
    if (this.#lost) {
      toast("Playback stopped and could not be resumed. Reload the page.");
      return;
    }
    this.#lost = true;
    await this.refresh();
    setTimeout(() => (this.#lost = false), 30_000);
  }

  #pressed(button) {
    const { action, copies, opens } = button.dataset;
    if (copies) copy(document.getElementById(copies), button.dataset.said);
    if (opens) open(document.getElementById(opens));
    if (action) this.#act(button);
  }

  async #act(button) {
    const { action, address, asks, said } = button.dataset;
    if (asks && (await answerOf(document.getElementById(asks))) !== action) return;
    button.setAttribute("aria-busy", "true");
    try {
      await ask(address, { method: action === "delete" ? "DELETE" : "POST" });
      if (action === "delete") this.#leaveDeleted();
      else await this.refresh();
      if (said) toast(said);
    } catch (problem) {
      toast(problem.message);
    }
    button.removeAttribute("aria-busy");
  }

  #leaveDeleted() {
    noteDiscarded({ id: this.dataset.video, title: document.title.replace(/ · Vodloom$/, "") });
    location.assign(this.dataset.library);
  }
}

/** Return the second that the page's address asks to begin at; null if it asks for none. */
function beginning() {
  const asked = new URLSearchParams(location.search).get("t");
  return asked && Number(asked) >= 0 ? Number(asked) : null;
}

/** Ask by a dialog; return the value of the button that was pressed. */
function answerOf(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

function open(dialog) {
  for (const note of dialog.querySelectorAll("[role=status]")) note.textContent = "";
  dialog.showModal();
}

/** Copy a field's value; browsers give scripts a clipboard only on HTTPS. */
async function copy(field, said) {
  const note = field.closest("dialog").querySelector("[role=status]");
  field.select();
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    else if (!document.execCommand("copy")) throw new Error("not copied");
    note.textContent = said;
  } catch {
    note.textContent = "The text could not be copied. It is selected: copy it by hand.";
  }
}

customElements.define("live-page", LivePage);
