"""The pages of somebody who is not logged in, and of an invitation."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page, expect

from tests.browser.states.state import State


def _wrong_login(page: Page) -> None:
    page.get_by_label("Email address").fill("ada@example.com")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".errorlist:visible").first).to_be_visible()


ENTRANCE: Sequence[State] = (
    State("login", "/accounts/login/", ""),
    State("login-wrong", "/accounts/login/", "", _wrong_login),
    State("signup", "/accounts/signup/", ""),
    State("password-reset", "/accounts/password/reset/", ""),
    State("password-reset-sent", "/accounts/password/reset/done/", ""),
    State("password-reset-choose", "/accounts/password/reset/key/{reset}/", ""),
    State("password-reset-old-link", "/accounts/password/reset/key/1-x/", ""),
    State("email-sent", "/accounts/confirm-email/", ""),
    State("email-confirm", "/accounts/confirm-email/{confirmation}/", ""),
    State("email-old-link", "/accounts/confirm-email/nothing/", ""),
    State("account-closed", "/accounts/inactive/", ""),
    State("invitation", "/accounts/invitation/{invitation}/", ""),
    State("invitation-old-link", "/accounts/invitation/nothing/", ""),
    State("invitation-logged-in", "/accounts/invitation/{invitation}/"),
    State("not-found-stranger", "/watch/00000000-0000-0000-0000-000000000000/", ""),
)
