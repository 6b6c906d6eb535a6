// <push-switch data-key="…" data-worker="…">: turns messages in this browser on and off. The browser asks
// for permission only when the button is pressed.

import { ask } from "./api.js";

const SUBSCRIPTIONS = "/api/v1/push/subscriptions/";
const BLOCKED = "This browser blocks messages of this site. Allow them in its settings for this site, then come back.";
const MISSING = "This browser cannot show messages of this site: it is too old, or the site is not opened by HTTPS.";
const ON = "This browser shows messages.";
const OFF = "This browser shows no messages.";

class PushSwitch extends HTMLElement {
  async connectedCallback() {
    this.words = Object.assign(document.createElement("p"), { role: "status" });
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "button", hidden: true });
    this.replaceChildren(this.words, this.button);
    if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return this.tell(MISSING);
    this.button.addEventListener("click", () => this.press());
    await this.refresh();
  }

  tell(words, act = "") {
    this.words.textContent = words;
    this.button.textContent = act;
    this.button.hidden = !act;
  }

  /** Show how things stand: the browser and the site must both have the subscription. */
  async refresh() {
    this.known = await this.ownLine();
    if (Notification.permission === "denied") this.tell(BLOCKED);
    else if (this.known) this.tell(ON, "Stop messages in this browser");
    else this.tell(OFF, "Show messages in this browser");
  }

  /** Mark the line of this browser among those of the user, and return its subscription, or null. */
  async ownLine() {
    const worker = await navigator.serviceWorker.getRegistration(this.dataset.worker);
    const subscription = await worker?.pushManager.getSubscription();
    const digest = subscription && (await sha256(subscription.endpoint));
    const found = digest && (await ask(SUBSCRIPTIONS)).results.find((one) => one.endpoint_sha256 === digest);
    const line = found && document.querySelector(`[data-endpoint="${digest}"]`);
    if (line && !line.querySelector(".this-one")) {
      line.querySelector(".meta").prepend(Object.assign(document.createElement("span"), { className: "this-one", textContent: "This browser" }));
    }
    return found || null;
  }

  async press() {
    this.button.disabled = true;
    try {
      await (this.known ? this.turnOff() : this.turnOn());
      location.reload();
    } catch (error) {
      await this.refresh();
      if (Notification.permission !== "denied") this.words.textContent = error.message;
    } finally {
      this.button.disabled = false;
    }
  }

  async turnOn() {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("The browser was not allowed to show messages.");
    await navigator.serviceWorker.register(this.dataset.worker);
    const { active, pushManager } = await navigator.serviceWorker.ready;
    // One of another user, or for keys that the site had before, is worth nothing here.
    await (await pushManager.getSubscription())?.unsubscribe();
    const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.dataset.key });
    await ask(SUBSCRIPTIONS, { method: "POST", body: subscription.toJSON() });
    // The worker proves by it later that another subscription takes its place.
    active.postMessage({ subscribed: { ...subscription.toJSON(), key: this.dataset.key } });
  }

  async turnOff() {
    await ask(`${SUBSCRIPTIONS}${this.known.id}/`, { method: "DELETE" });
    const worker = await navigator.serviceWorker.getRegistration(this.dataset.worker);
    worker?.active?.postMessage({ subscribed: null });
    await (await worker?.pushManager.getSubscription())?.unsubscribe();
  }
}

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

customElements.define("push-switch", PushSwitch);
