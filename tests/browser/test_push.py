"""The button that allows messages, and the worker that shows them.

Chromium is the real one, with its permission and its service worker, which gets a message as from a
push service. Only `PushManager` is stood in for, since subscribing asks a push service that is not
there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Worker, expect

from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.alone]

PATH = "/account/notifications/"
_MANAGER = """
  const stored = () => JSON.parse(localStorage.getItem("subscription"));
  const made = (endpoint) => ({
    endpoint,
    unsubscribe: async () => { localStorage.removeItem("subscription"); return true; },
    toJSON: () => ({ endpoint, expirationTime: null, keys: {
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyP" +
        "js7Vd8pZGH6SRpkNtoIAiw4",
      auth: "BTBZMqHH6r4Tts7J_aSIgg" } }),
  });
  PushManager.prototype.getSubscription = async () => stored() && made(stored());
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 87) throw new Error("not the key");
    const endpoint = "https://push.example.net/" + Math.random();
    localStorage.setItem("subscription", JSON.stringify(endpoint));
    return made(endpoint);
  };
"""


@pytest.fixture
def context(chromium: Browser, demo: Person) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=demo.site.url)
    context.add_init_script(_MANAGER)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, demo: Person) -> Page:
    page = context.new_page()
    demo.log_in(page)
    return page


def allow(context: BrowserContext) -> None:
    context.grant_permissions(["notifications"])


def test_messages_are_turned_on_and_off_by_the_button_alone(
    context: BrowserContext, page: Page
) -> None:
    allow(context)
    page.goto(PATH)
    switch = page.locator("push-switch")
    expect(switch).to_contain_text("This browser shows no messages.")
    assert page.evaluate("navigator.serviceWorker.getRegistrations()") == []
    switch.get_by_role("button", name="Show messages in this browser").click()
    expect(switch).to_contain_text("This browser shows messages.")
    expect(page.locator("#browsers .line")).to_have_count(1)
    expect(page.locator("#browsers .line .this-one")).to_have_text("This browser")
    switch.get_by_role("button", name="Stop messages in this browser").click()
    expect(switch).to_contain_text("This browser shows no messages.")
    expect(page.locator("#browsers .line")).to_have_count(0)


def test_a_browser_that_is_removed_in_the_list_is_off(context: BrowserContext, page: Page) -> None:
    allow(context)
    page.goto(PATH)
    page.get_by_role("button", name="Show messages in this browser").click()
    page.locator("#browsers .line").get_by_role("button", name="Remove").click()
    expect(page.locator("push-switch")).to_contain_text("This browser shows no messages.")


def test_the_worker_shows_a_message_once(context: BrowserContext, page: Page) -> None:
    allow(context)
    page.goto(PATH)
    page.get_by_role("button", name="Show messages in this browser").click()
    expect(page.locator("push-switch")).to_contain_text("This browser shows messages.")
    protocol = context.new_cdp_session(page)
    found: list[str] = []
    protocol.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: found.extend(one["registrationId"] for one in told["registrations"]),
    )
    protocol.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    data = '{"title": "A walk", "body": "The video is ready.", "path": "/watch/1/", "tag": "t"}'
    origin = str(page.evaluate("location.origin"))
    message = {"origin": origin, "registrationId": found[0], "data": data}
    for _ in range(2):
        protocol.send("ServiceWorker.deliverPushMessage", message)
    shown = """navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) =>
      all.map((one) => [one.title, one.body, one.tag, one.data.path]))"""
    page.wait_for_function(f"({shown}).then((all) => all.length > 0)")
    assert page.evaluate(shown) == [["A walk", "The video is ready.", "t", "/watch/1/"]]


# The push service has another subscription for the worker.
_NEXT = """() => {
  const made = (endpoint) => ({
    endpoint,
    unsubscribe: async () => { self.unsubscribed = true; return true; },
    toJSON: () => ({ endpoint, expirationTime: null, keys: {
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyP" +
        "js7Vd8pZGH6SRpkNtoIAiw4",
      auth: "AAAAAAAAAAAAAAAAAAAAAA" } }),
  });
  self.asked = [];
  self.next = "https://push.example.net/" + Math.random();
  PushManager.prototype.getSubscription = async () => null;
  PushManager.prototype.subscribe = async (how) => {
    self.asked.push(how.applicationServerKey.length);
    return made(self.next);
  };
}"""
# Waits for all that handlers of the event ask to be waited for, as the browser does.
_CHANGE = """async (type) => {
  const waits = [];
  const event = new Event(type);
  event.waitUntil = (wait) => waits.push(wait);
  self.dispatchEvent(event);
  await Promise.allSettled(waits);
}"""
_KNOWN = """async () => {
  const found = await (await caches.open("push")).match("/push-subscription");
  return found ? (await found.json()).endpoint : null;
}"""


@pytest.fixture
def worker(context: BrowserContext, page: Page) -> Worker:
    """The worker of a page on which messages were turned on."""
    allow(context)
    page.goto(PATH)
    page.get_by_role("button", name="Show messages in this browser").click()
    expect(page.locator("push-switch")).to_contain_text("This browser shows messages.")
    (found,) = context.service_workers
    found.evaluate(_NEXT)
    return found


def known(worker: Worker) -> str:
    """The endpoint that the site knows, as far as the worker knows."""
    return str(worker.evaluate(_KNOWN))


def is_listed(page: Page, endpoint: str) -> bool:
    page.goto(PATH)
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    return page.locator(f'#browsers [data-endpoint="{digest}"]').count() == 1


def test_the_worker_tells_of_another_subscription_without_a_session(
    context: BrowserContext, page: Page, worker: Worker, demo: Person
) -> None:
    before = known(worker)
    assert is_listed(page, before)
    context.clear_cookies()
    page.goto("about:blank")
    worker.evaluate(_CHANGE, "pushsubscriptionchange")
    assert worker.evaluate("self.asked") == [87]
    assert known(worker) == worker.evaluate("self.next")
    demo.log_in(page)
    assert is_listed(page, known(worker))
    assert not is_listed(page, before)


def test_the_worker_tells_later_what_it_cannot_tell_now(
    context: BrowserContext, page: Page, worker: Worker
) -> None:
    before = known(worker)
    worker.evaluate(
        """() => {
          self.real = self.fetch;
          self.fetch = async () => { throw new TypeError("no network"); };
          self.setTimeout = (then) => queueMicrotask(then);
        }"""
    )
    worker.evaluate(_CHANGE, "pushsubscriptionchange")
    assert known(worker) == before
    worker.evaluate("self.fetch = self.real")
    worker.evaluate(
        f"""async () => {{
          const change = {_CHANGE};
          Object.defineProperty(Event.prototype, "tag", {{ value: "push-renewal" }});
          await change("sync");
        }}"""
    )
    assert known(worker) != before
    assert is_listed(page, known(worker))


def test_a_browser_that_was_removed_is_unsubscribed(page: Page, worker: Worker) -> None:
    before = known(worker)
    page.locator("#browsers .line", has=page.locator(".this-one")).get_by_role(
        "button", name="Remove"
    ).click()
    expect(page.locator("push-switch")).to_contain_text("This browser shows no messages.")
    worker.evaluate(_CHANGE, "pushsubscriptionchange")
    assert worker.evaluate("self.unsubscribed") is True
    assert worker.evaluate(_KNOWN) is None
    assert not is_listed(page, before)
    assert not is_listed(page, worker.evaluate("self.next"))


def test_a_worker_that_knows_no_subscription_tells_the_one_of_the_event(
    page: Page, worker: Worker
) -> None:
    """As of a browser that was subscribed before workers kept what the site knows."""
    change = _CHANGE.replace("new Event(type);", "new Event(type); event.oldSubscription = old;")
    worker.evaluate(
        f"""async () => {{
          const kept = await (await caches.open("push")).match("/push-subscription");
          const {{ key, ...old }} = await kept.json();
          await caches.delete("push");
          old.toJSON = () => ({{ endpoint: old.endpoint, keys: old.keys }});
          const bytes = Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")),
            (one) => one.charCodeAt(0));
          old.options = {{ applicationServerKey: bytes.buffer }};
          const change = {change};
          await change("pushsubscriptionchange");
        }}"""
    )
    assert worker.evaluate("self.asked") == [87]
    assert is_listed(page, worker.evaluate("self.next"))


def test_without_permission_the_page_says_what_to_do(page: Page) -> None:
    page.add_init_script('Object.defineProperty(Notification, "permission", { value: "denied" })')
    page.goto(PATH)
    expect(page.locator("push-switch")).to_contain_text("This browser blocks messages of this site")
    expect(page.get_by_role("button", name="Show messages in this browser")).to_have_count(0)
