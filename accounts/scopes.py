"""Scopes: what a credential lets its user do.

A session has all scopes. An API key has those it was made with, and each stands alone: ``write``
does not include ``read``. Without ``admin`` a key of staff has none of their powers over other
users' rows; with ``moderate`` alone it has those of moderators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Scope(StrEnum):
    """One scope of a credential."""

    READ = "read"
    UPLOAD = "upload"
    WRITE = "write"
    MODERATE = "moderate"
    ADMIN = "admin"


ALL: frozenset[str] = frozenset(Scope)
OF_APPS: frozenset[str] = ALL - {Scope.ADMIN}
"""What the tokens of mobile apps may do: all but the powers of staff and the making of keys."""

MEANINGS: Mapping[str, str] = {
    Scope.READ: "See your videos, images, jobs and events.",
    Scope.UPLOAD: "Add videos and images: upload files, and import them from addresses.",
    Scope.WRITE: "Change, process again and delete what is there.",
    Scope.MODERATE: "See the videos of other users and decide about them, if you are a moderator.",
    Scope.ADMIN: "Manage API keys, and use the other powers that you have as staff over what "
    "belongs to other users.",
}


class InsufficientScope(Exception):
    """Raised when a credential lacks the scope ``needed``."""

    def __init__(self, needed: str) -> None:
        super().__init__(needed)
        self.needed = str(needed)

    @property
    def challenge(self) -> str:
        """The ``WWW-Authenticate`` header of the refusal (RFC 6750)."""
        return f'Bearer realm="api", error="insufficient_scope", scope="{self.needed}"'


def require(held: Iterable[str], needed: str) -> None:
    """Raise ``InsufficientScope`` unless the scope is among those held."""
    if needed not in held:
        raise InsufficientScope(needed)


def in_order(names: Iterable[str]) -> list[str]:
    """Return the known scopes among the names, in the order of the table."""
    wanted = set(names)
    return [str(scope) for scope in Scope if scope in wanted]
