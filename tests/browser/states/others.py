"""The pages that belong to no other area."""

from __future__ import annotations

from collections.abc import Sequence

from tests.browser.states.state import State

OTHERS: Sequence[State] = (
    State("logout", "/accounts/logout/"),
    State("forbidden", "/admin/", "new"),
    State("not-found", "/no/such/page/"),
    State("api-docs", "/api/docs/"),
)
