// The service worker that shows messages of this site, and opens the video when one is clicked. When the
// browser replaces its subscription, it tells the site, without any page.
//
// What the site knows of this browser is kept in a cache: it proves that the new subscription takes the
// place of the old one, and a session may be over by then.

const RENEWAL = "/api/v1/push/renewal/";
const CACHE = "push";
const KNOWN = "/push-subscription";
const SYNC = "push-renewal";
const PAUSES_MS = [0, 2_000, 10_000];

self.addEventListener("push", (event) => {
  const { title, body, path, tag } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { path } }));
  event.waitUntil(remember());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data.path, self.location.origin);
  // Whatever a message holds, it opens pages of this site only.
  if (address.origin === self.location.origin) event.waitUntil(open(address.href));
});

self.addEventListener("message", (event) => {
  // A page has told the site of a subscription, or that there is none any more (null).
  event.waitUntil(event.data.subscribed ? keep(event.data.subscribed) : forget());
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event.oldSubscription));
});

self.addEventListener("sync", (event) => {
  if (event.tag === SYNC) event.waitUntil(settle());
});

async function open(address) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = pages.find((page) => page.url === address);
  return shown ? shown.focus() : self.clients.openWindow(address);
}

/** Tell the site of the subscription in place of `old`; if it cannot be reached, when the browser is
 * back on line. */
async function renew(old) {
  if (old && !(await known())) await keep(told(old));
  for (const pause of PAUSES_MS) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      return await settle();
    } catch {
      // Perhaps the next time.
    }
  }
  await self.registration.sync?.register(SYNC);
}

/** Have the site know the subscription that there is. Throws if it cannot be told now. */
async function settle() {
  const before = await known();
  if (!before || Notification.permission !== "granted") return;
  const { pushManager } = self.registration;
  const there = await pushManager.getSubscription();
  const now = there ?? (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: before.key }));
  if (now.endpoint === before.endpoint) return;
  const answer = await fetch(RENEWAL, {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ old: { endpoint: before.endpoint, auth: before.keys.auth }, new: now.toJSON() }),
  });
  if (answer.ok) return keep({ ...told(now), key: before.key });
  if (answer.status === 429 || answer.status >= 500) throw new Error(`not told (${answer.status})`);
  // The site knows the browser no longer: it was logged out, or removed.
  await now.unsubscribe();
  await forget();
}

/** Keep the subscription of a browser that subscribed before this worker kept any. */
async function remember() {
  const subscription = await self.registration.pushManager.getSubscription();
  if (subscription && !(await known())) await keep(told(subscription));
}

function told(subscription) {
  const key = subscription.options?.applicationServerKey;
  return { ...subscription.toJSON(), key: key && base64url(key) };
}

function base64url(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function known() {
  const found = await (await caches.open(CACHE)).match(KNOWN);
  return found ? found.json() : null;
}

async function keep(subscription) {
  await (await caches.open(CACHE)).put(KNOWN, Response.json(subscription));
}

async function forget() {
  await caches.delete(CACHE);
}
