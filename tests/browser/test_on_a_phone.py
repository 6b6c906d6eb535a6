"""The account and the admin on a phone: nothing is cut off, nor jumps away from a finger."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.alone]

Open = Callable[[Person], Page]
_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def phone(demo: Person, open_page: Open) -> Page:
    """A page of the demo user, who is staff, as wide as a phone."""
    page = open_page(demo)
    page.set_viewport_size({"width": 390, "height": 844})
    return page


@pytest.mark.parametrize("tab", ["Profile", "Security", "Webhooks"])
def test_the_tab_one_is_on_can_be_seen(phone: Page, tab: str) -> None:
    phone.goto("/account/")
    tabs = phone.get_by_role("navigation", name="Account")
    tabs.get_by_role("link", name=tab).click()
    here = tabs.get_by_role("link", name=tab)
    expect(here).to_have_attribute("aria-current", "page")
    expect(here).to_be_in_viewport(ratio=1)
    assert not phone.evaluate(_TOO_WIDE)


def test_a_row_of_the_admin_says_what_each_cell_tells(phone: Page) -> None:
    phone.goto("/admin/accounts/user/")
    expect(phone.locator("#result_list thead")).to_be_hidden()
    plan = phone.locator("#result_list tbody tr").first.locator("td.field-plan")
    expect(plan).to_have_attribute("data-label", "Plan")
    expect(plan).to_be_in_viewport(ratio=1)
    list_ = phone.locator(".results")
    assert list_.evaluate("list => list.scrollWidth <= list.clientWidth")
    assert not phone.evaluate(_TOO_WIDE)


def test_what_asks_again_opens_below_and_leaves_its_button_in_place(phone: Page) -> None:
    phone.goto("/account/security/")
    button = phone.locator("summary", has_text="Log out everywhere…")
    button.focus()
    before = button.bounding_box()
    button.press("Enter")
    expect(phone.get_by_role("button", name="Log out everywhere")).to_be_visible()
    assert button.bounding_box() == before
