"""The button that allows messages, and the worker that shows them.

Chromium is the real one, with its permission and its service worker, which gets a message as from a
push service. Only `PushManager` is stood in for, since subscribing asks a push service that is not
there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

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


def test_without_permission_the_page_says_what_to_do(page: Page) -> None:
    page.add_init_script('Object.defineProperty(Notification, "permission", { value: "denied" })')
    page.goto(PATH)
    expect(page.locator("push-switch")).to_contain_text("This browser blocks messages of this site")
    expect(page.get_by_role("button", name="Show messages in this browser")).to_have_count(0)
