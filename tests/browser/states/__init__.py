"""The list of all pages in all their states: the user, the address, and the steps that lead to the
state. The axe tests and `make screenshots` go through this list."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page

from tests.browser.scenes import Scene
from tests.browser.states.account import ACCOUNT
from tests.browser.states.admin import admin_states
from tests.browser.states.entrance import ENTRANCE
from tests.browser.states.library import LIBRARY
from tests.browser.states.others import OTHERS
from tests.browser.states.security import SECURITY
from tests.browser.states.state import State, nothing
from tests.browser.states.tracks import TRACKS
from tests.browser.states.uploading import UPLOADING
from tests.browser.states.watching import WATCHING

__all__ = ["STATES", "State", "admin_states", "open_state"]

STATES: Sequence[State] = (
    *ENTRANCE,
    *LIBRARY,
    *UPLOADING,
    *WATCHING,
    *TRACKS,
    *ACCOUNT,
    *SECURITY,
    *OTHERS,
)
"""The states of the pages, in an order in which none spoils the next."""


def open_state(scene: Scene, page: Page, state: State) -> None:
    """Show a page in a state, and wait for its pictures and fonts. What the browser keeps of it is
    forgotten, so that the next page is as at the first visit."""
    named = {**scene.videos, **scene.folders, **scene.tracks, **scene.links}
    page.goto(state.path.format(**named))
    if state.prepare is not nothing:
        state.prepare(page)
        page.evaluate("localStorage.clear()")
    page.wait_for_load_state("load")
