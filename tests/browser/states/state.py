"""One page in one state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page


def nothing(page: Page) -> None:
    """Leave a page as it is at first."""


@dataclass(frozen=True)
class State:
    """One page in one state: its user, its address, and the steps that lead to the state.

    ``who`` is empty for a stranger; names in braces in ``path`` stand for the ids of videos,
    folders and tracks."""

    name: str
    path: str
    who: str = "ada"
    prepare: Callable[[Page], None] = nothing
