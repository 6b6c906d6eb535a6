"""The admin: its pages in a state of their own, and all its lists."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page

from tests.browser.states.state import State

_ADMIN: Sequence[State] = (
    State("admin", "/admin/", "staff"),
    State("admin-review", "/admin/videos/video/review/", "staff"),
    State("admin-review-none", "/admin/videos/video/review/?after={test_card}", "staff"),
    State("admin-audit-none", "/admin/accounts/auditentry/?q=nothing+of+the+kind", "staff"),
    State("admin-plan-new", "/admin/accounts/plan/add/", "staff"),
    State("admin-pictures", "/admin/videos/video/{light_on_water}/change/", "staff"),
    State("admin-sound", "/admin/videos/video/{sound}/change/", "staff"),
    State("admin-invitation-new", "/admin/accounts/invitation/add/", "staff"),
    State("admin-profile-new", "/admin/processing/encodingprofile/add/", "staff"),
)


def admin_states(page: Page) -> list[State]:
    """Return the admin's pages: those in a state of their own, the lists that the index links to,
    and the first row of each."""
    page.goto("/admin/")
    links: list[str] = page.eval_on_selector_all(
        "a[href^='/admin/']", "links => links.map((link) => link.getAttribute('href'))"
    )
    lists = sorted({link for link in links if link.count("/") == 4 and link.endswith("/")})
    states = list(_ADMIN)
    for address in lists:
        name = "admin-" + "-".join(address.strip("/").split("/")[1:])
        states.append(State(name, address, "staff"))
        page.goto(address)
        row = page.locator(f"#result_list tbody a[href^='{address}']").first
        if row.count() and (link := row.get_attribute("href")):
            states.append(State(f"{name}-one", link, "staff"))
    return states
