"""The pages of the account."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD
from tests.browser.states.state import State


def _create_key(page: Page) -> None:
    page.get_by_label("What the key is for").fill("The build server")
    page.get_by_role("button", name="Create a key").click()
    expect(page.get_by_text("Copy the key")).to_be_visible()


def _begin_revoking(page: Page) -> None:
    page.locator("#keys summary").first.click()


def _begin_logging_out(page: Page) -> None:
    page.locator("#sessions summary").click()


def _prove(page: Page) -> None:
    """Enter the password, unless that was done a moment ago."""
    if page.get_by_role("heading", name="Is it you?").is_visible():
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("link", name="Cancel")).to_be_visible()


def _ask_for_confirmation(page: Page) -> None:
    page.get_by_role("button", name="Send confirmation").first.click()


def _wrong_password(page: Page) -> None:
    page.get_by_label("Current password", exact=True).fill("nothing of the kind")
    page.get_by_label("New password", exact=True).fill("1234")
    page.get_by_label("New password again", exact=True).fill("12345")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".errorlist").first).to_be_visible()


def _create_webhook(page: Page) -> None:
    page.get_by_label("Address").fill("https://hooks.example.org/videos")
    page.get_by_label("What it is for").fill("The shop")
    page.get_by_text("Choose events").click()
    page.get_by_label("video.ready", exact=True).check()
    page.get_by_role("button", name="Create the webhook").click()
    expect(page.get_by_text("It is not shown again.")).to_be_visible()


def _try_webhook(page: Page) -> None:
    _create_webhook(page)
    page.get_by_role("button", name="Send a test event").click()
    page.locator(".message-log summary").first.click()
    expect(page.get_by_role("heading", name="Request")).to_be_visible()


ACCOUNT: Sequence[State] = (
    State("account", "/account/"),
    State("account-usage", "/account/usage/"),
    State("account-keys", "/account/keys/"),
    State("account-key", "/account/keys/", prepare=_create_key),
    State("account-revoke", "/account/keys/", prepare=_begin_revoking),
    State("security-wrong", "/account/security/", prepare=_wrong_password),
    State("account-told", "/account/", prepare=_ask_for_confirmation),
    State("account-new", "/account/", "new"),
    State("account-notifications", "/account/notifications/"),
    State("account-webhooks", "/account/webhooks/"),
    State("account-webhook", "/account/webhooks/", prepare=_create_webhook),
    State("account-webhook-log", "/account/webhooks/", prepare=_try_webhook),
    State("security", "/account/security/"),
    State("security-everywhere", "/account/security/", prepare=_begin_logging_out),
    State("security-proof", "/accounts/2fa/webauthn/add/"),
    State("security-passkey", "/accounts/2fa/webauthn/add/", prepare=_prove),
    State("security-app", "/accounts/2fa/totp/activate/", prepare=_prove),
)
