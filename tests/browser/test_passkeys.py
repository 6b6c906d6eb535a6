"""A passkey is added and used on the pages, with Chromium's own virtual authenticator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.alone]

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def device(chromium: Browser, person: Person) -> Iterator[Page]:
    """A page of a browser whose device keeps passkeys. They belong to names, not to numbers."""
    complaints: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    named = person.site.url.replace("127.0.0.1", "localhost")
    with ExitStack() as cleanup:
        context = chromium.new_context(base_url=named)
        cleanup.callback(context.close)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", note)
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
        yield page
    assert complaints == []


def _log_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def _add(page: Page, person: Person, name: str, *, alone: bool) -> None:
    page.goto("/account/security/")
    page.get_by_role("link", name="Add a passkey").click()
    if page.get_by_role("heading", name="Is it you?").is_visible():
        page.get_by_label("Password", exact=True).fill(person.password)
        page.get_by_role("button", name="Go on").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("without the password").set_checked(alone)
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="Done").click()


def test_a_passkey_is_added_and_logs_in_alone(chromium: Browser, person: Person) -> None:
    with device(chromium, person) as page:
        person.log_in(page)
        _add(page, person, "My laptop", alone=True)
        expect(page.get_by_role("paragraph").filter(has_text="My laptop")).to_be_visible()
        expect(page.get_by_text("Logs in by itself")).to_be_visible()
        _log_out(page)

        page.get_by_role("button", name="Use a passkey").click()

        expect(page.get_by_role("heading", name="Library", exact=True)).to_be_visible()


@pytest.mark.thorough
def test_a_passkey_is_the_second_step_and_can_be_renamed_and_removed(
    chromium: Browser, person: Person
) -> None:
    with device(chromium, person) as page:
        person.log_in(page)
        _add(page, person, "Key ring", alone=False)
        _log_out(page)

        page.get_by_label("Email address").fill(person.email)
        page.get_by_label("Password", exact=True).fill(person.password)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="One more step")).to_be_visible()
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="Library", exact=True)).to_be_visible()

        page.goto("/account/security/")
        page.get_by_role("link", name=re.compile("Rename")).click()
        page.get_by_role("link", name="Use a passkey").click()
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_role("textbox", name="Name").fill("Old key ring")
        page.get_by_role("button", name="Save the name").click()
        page.get_by_role("link", name="Remove Old key ring").click()
        page.get_by_role("button", name="Remove it").click()
        expect(page.get_by_text("You have no passkey.")).to_be_visible()
