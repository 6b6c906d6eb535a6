"""The pages of the account but for its security."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from tests.browser.states.state import State

# One of the browsers of the scene, see tests/furnished.py.
_BROWSER = "https://push.example.com/this-browser"
_WITH_MESSAGES = """
navigator.serviceWorker.getRegistration = async () => ({
  pushManager: { getSubscription: async () => ({ endpoint: %r }) },
});
"""
_BLOCKED = "Object.defineProperty(Notification, 'permission', { value: 'denied' });"


def _create_key(page: Page) -> None:
    page.get_by_label("What the key is for").fill("The build server")
    page.get_by_role("button", name="Create a key").click()
    expect(page.get_by_text("Copy the key")).to_be_visible()


def _create_a_wrong_key(page: Page) -> None:
    page.get_by_label("What the key is for").fill("The build server")
    page.get_by_label("Only from these addresses").fill("at home")
    page.get_by_role("button", name="Create a key").click()
    expect(page.get_by_text("is neither an IP address")).to_be_visible()


def _begin_revoking(page: Page) -> None:
    page.locator("#keys summary").first.click()


def _revoke(page: Page) -> None:
    _create_key(page)
    _begin_revoking(page)
    page.get_by_role("button", name="Revoke “").first.click()
    expect(page.get_by_text("is revoked")).to_be_visible()


def _ask_for_confirmation(page: Page) -> None:
    page.get_by_role("button", name="Send confirmation").first.click()


def _block_messages(page: Page) -> None:
    page.add_init_script(_BLOCKED)
    page.reload()
    expect(page.get_by_text("This browser blocks messages")).to_be_visible()


def _show_messages(page: Page) -> None:
    page.add_init_script(_WITH_MESSAGES % _BROWSER)
    page.reload()
    expect(page.get_by_text("This browser shows messages.")).to_be_visible()


def _stop_mails(page: Page) -> None:
    page.get_by_role("button", name="Stop these mails").click()
    expect(page.get_by_role("heading", name="These mails have stopped")).to_be_visible()


def _choose_events(page: Page) -> None:
    page.get_by_text("Choose events").click()
    page.get_by_label("video.ready", exact=True).check()


def _create_webhook(page: Page) -> None:
    page.get_by_label("Address").fill("https://hooks.example.org/videos")
    page.get_by_label("What it is for").fill("Another shop")
    _choose_events(page)
    page.get_by_role("button", name="Create the webhook").click()
    expect(page.get_by_text("It is not shown again.")).to_be_visible()


def _create_a_wrong_webhook(page: Page) -> None:
    page.get_by_label("Address").fill("https://10.0.0.1/videos")
    page.get_by_role("button", name="Create the webhook").click()
    expect(page.locator(".errorlist").first).to_be_visible()


def _try_webhook(page: Page) -> None:
    _create_webhook(page)
    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("A test event is on its way")).to_be_visible()


def _open_a_message(page: Page) -> None:
    page.locator(".message-log summary").first.click()
    expect(page.get_by_role("heading", name="Request")).to_be_visible()


def _begin_rotating(page: Page) -> None:
    page.get_by_text("New secret…").click()


def _begin_deleting(page: Page) -> None:
    page.get_by_text("Delete…").click()


def _replay(page: Page) -> None:
    page.get_by_label("From (UTC)").fill("2020-01-01T00:00:00")
    page.get_by_label("To (UTC)").fill("2020-01-02T00:00:00")
    page.get_by_role("button", name="Send them again").click()
    expect(page.get_by_text("will be sent again")).to_be_visible()


def _replay_backwards(page: Page) -> None:
    page.get_by_label("From (UTC)").fill("2020-01-02T00:00:00")
    page.get_by_label("To (UTC)").fill("2020-01-01T00:00:00")
    page.get_by_role("button", name="Send them again").click()
    expect(page.locator(".errorlist").first).to_be_visible()


_KEYS, _TOLD, _HOOKS = "/account/keys/", "/account/notifications/", "/account/webhooks/"
_SHOP = "/account/webhooks/{shop}/"

ACCOUNT: Sequence[State] = (
    State("account", "/account/"),
    State("account-told", "/account/", prepare=_ask_for_confirmation),
    State("account-new", "/account/", "new"),
    State("account-usage", "/account/usage/"),
    State("account-keys", _KEYS),
    State("account-keys-empty", _KEYS, "new"),
    State("account-key", _KEYS, prepare=_create_key),
    State("account-key-wrong", _KEYS, prepare=_create_a_wrong_key),
    State("account-revoke", _KEYS, prepare=_begin_revoking),
    State("account-revoked", _KEYS, prepare=_revoke),
    State("account-notifications", _TOLD),
    State("account-notifications-on", _TOLD, prepare=_show_messages),
    State("account-notifications-blocked", _TOLD, "new", _block_messages),
    State("mails-stop", "/notifications/off/{unsubscribe}/", ""),
    State("mails-stopped", "/notifications/off/{unsubscribe}/", "", _stop_mails),
    State("account-webhooks", _HOOKS),
    State("account-webhooks-empty", _HOOKS, "new"),
    State("account-webhook-events", _HOOKS, "new", _choose_events),
    State("account-webhook-wrong", _HOOKS, prepare=_create_a_wrong_webhook),
    State("account-webhook", _HOOKS, prepare=_create_webhook),
    State("account-webhook-tried", _HOOKS, prepare=_try_webhook),
    State("account-webhook-log", _SHOP),
    State("account-webhook-message", _SHOP, prepare=_open_a_message),
    State("account-webhook-failed", _SHOP + "?state=failed", prepare=_open_a_message),
    State("account-webhook-none", _SHOP + "?state=sending"),
    State("account-webhook-rotate", _SHOP, prepare=_begin_rotating),
    State("account-webhook-delete", _SHOP, prepare=_begin_deleting),
    State("account-webhook-replayed", _SHOP, prepare=_replay),
    State("account-webhook-backwards", _SHOP, prepare=_replay_backwards),
    State("account-webhook-failing", "/account/webhooks/{failing}/"),
    State("account-webhook-off", "/account/webhooks/{off}/"),
)
