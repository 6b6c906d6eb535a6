// <live-page>: the parts of the watch page that follow the video, and what one can do with it.

import { ask, fetchPage, toast } from "./api.js";
import { feed } from "./feed.js";
import "./progress.js";
import "./video-field.js";

const LOOK_MS = 5000;

class LivePage extends HTMLElement {
  #busy = false;
  #again = false;
  #lost = false;
  #stage = null;

  connectedCallback() {
    const { video } = this.dataset;
    feed.addEventListener("event", ({ detail }) => detail.video === video && this.#heard(detail));
    feed.addEventListener("progress", ({ detail }) => {
      // A new stage knows more of a video: its facts, and that it is worked on again.
      if (detail.video !== video || detail.stage === this.#stage) return;
      this.#stage = detail.stage;
      this.refresh();
    });
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-action]");
      if (button) this.#act(button);
    });
    this.addEventListener("player-lost", () => this.#playerLost());
    // Who has no feed of this video looks now and then; so does everybody at a reprocess, whose
    // end changes nothing that the feed would tell.
    setInterval(() => {
      const hasFeed = document.documentElement.dataset.feedSince && !this.querySelector(".strip");
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
    try {
      const page = await fetchPage(location.href);
      if (page) this.#take(page);
      else location.assign(this.dataset.library);
    } catch {
      // Unreachable: the feed comes back too, and tells the next change.
    }
    this.#busy = false;
    if (this.#again) {
      this.#again = false;
      await this.refresh();
    }
  }

  #heard({ event }) {
    if (event === "video.deleted") location.assign(this.dataset.library);
    else this.refresh();
  }

  #take(page) {
    for (const shown of this.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${shown.dataset.live}"]`);
      if (!fresh || this.#keepsPlaying(shown, fresh)) continue;
      this.#keepOpen(shown, fresh);
      if (shown.innerHTML !== fresh.innerHTML) shown.replaceWith(document.adoptNode(fresh));
    }
    document.title = page.title;
  }

  /** A menu somebody has opened stays open. */
  #keepOpen(shown, fresh) {
    const opened = [...shown.querySelectorAll("details")].map((menu) => menu.open);
    fresh.querySelectorAll("details").forEach((menu, number) => (menu.open = opened[number] ?? false));
  }

  /** A player stays where it is; only another release gets it another address. */
  #keepsPlaying(shown, fresh) {
    const [player, next] = [shown, fresh].map((part) => part.querySelector("vod-player"));
    if (!player || !next) return false;
    if (this.#lost || player.dataset.release !== next.dataset.release) {
      player.dataset.release = next.dataset.release;
      player.changeSource(next.dataset.src);
    }
    return true;
  }

  async #playerLost() {
    if (this.#lost) {
      toast("Playing stopped and could not be taken up again. Reload the page.");
      return;
    }
    this.#lost = true;
    await this.refresh();
    setTimeout(() => (this.#lost = false), 30_000);
  }

  async #act(button) {
    const { action, address } = button.dataset;
    if (action === "delete" && !(await this.#confirmsDeletion())) return;
    if (action === "copy") {
      await navigator.clipboard.writeText(location.href);
      toast("Link copied.");
      return;
    }
    button.setAttribute("aria-busy", "true");
    try {
      await ask(address, { method: action === "delete" ? "DELETE" : "POST" });
      if (action === "delete") location.assign(this.dataset.library);
      else await this.refresh();
    } catch (problem) {
      toast(problem.message);
    }
    button.removeAttribute("aria-busy");
  }

  #confirmsDeletion() {
    const dialog = document.getElementById("delete-dialog");
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "delete"), { once: true });
    });
  }
}

customElements.define("live-page", LivePage);
