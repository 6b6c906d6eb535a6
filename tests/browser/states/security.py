"""The tab Security of the account page, and what leads from it."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD
from tests.browser.states.state import State


def _wrong_password(page: Page) -> None:
    page.get_by_label("Current password", exact=True).fill("nothing of the kind")
    page.get_by_label("New password", exact=True).fill("1234")
    page.get_by_label("New password again", exact=True).fill("12345")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator(".errorlist").first).to_be_visible()


def _begin_logging_out(page: Page) -> None:
    page.locator("#sessions summary").click()


def _prove(page: Page) -> None:
    """Enter the password, unless that was done a moment ago."""
    if page.get_by_role("heading", name="Is it you?").is_visible():
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("navigation", name="Account")).to_be_visible()


def _rename_a_passkey(page: Page) -> None:
    page.get_by_role("link", name="Rename A security key").click()
    _prove(page)


def _remove_a_passkey(page: Page) -> None:
    page.get_by_role("link", name="Remove A security key").click()
    _prove(page)


def _ask_for_the_code(page: Page) -> None:
    page.get_by_label("Email address").fill("careful@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()


SECURITY: Sequence[State] = (
    State("login-code", "/accounts/login/", "", _ask_for_the_code),
    State("security", "/account/security/"),
    State("security-wrong", "/account/security/", prepare=_wrong_password),
    State("security-everywhere", "/account/security/", prepare=_begin_logging_out),
    State("security-refused", "/accounts/2fa/webauthn/add/"),
    State("security-proof", "/accounts/reauthenticate/"),
    State("security-proof-code", "/accounts/2fa/reauthenticate/", "careful"),
    State("security-passkey", "/accounts/2fa/webauthn/add/", "new", _prove),
    State("security-app", "/accounts/2fa/totp/activate/", "new", _prove),
    State("security-factors", "/account/security/", "careful"),
    State("security-rename", "/account/security/", "careful", _rename_a_passkey),
    State("security-remove", "/account/security/", "careful", _remove_a_passkey),
    State("security-codes", "/accounts/2fa/recovery-codes/", "careful", _prove),
    State("security-codes-new", "/accounts/2fa/recovery-codes/generate/", "careful", _prove),
    State("security-app-remove", "/accounts/2fa/totp/deactivate/", "careful", _prove),
)
