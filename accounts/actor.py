"""Who acts now: noted around each request and each command, read by the audit log."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # commands note who acts before the apps are loaded
    from accounts.models import ApiKey, User

SESSION, KEY, TOKEN, COMMAND, SYSTEM, NOBODY = (
    "session",
    "key",
    "token",
    "command",
    "system",
    "nobody",
)
# These commands serve others and do nothing of their own.
_SERVING = ("worker", "reconcile", "runserver", "test")


@dataclass(frozen=True)
class Actor:
    """Who acts, how they are known, and from which address. ``look_up`` finds the user of a
    request when something is recorded, since most requests record nothing. ``told`` has the kinds
    and ids of what was recorded meanwhile, if that is to be known."""

    user: User | None = None
    via: str = SYSTEM
    key: ApiKey | None = None
    address: str | None = None
    look_up: Callable[[], User | None] | None = None
    reason: str = ""
    told: set[tuple[str, str]] | None = None

    def found(self) -> Actor:
        """Return the actor with the user looked up."""
        if self.look_up is None:
            return self
        user = self.look_up()
        return replace(self, user=user, via=SESSION if user else NOBODY, look_up=None)


_actor: ContextVar[Actor] = ContextVar("actor")
_NOBODY = Actor()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Everything recorded inside is told of this actor."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def now() -> Actor:
    """Return who acts now."""
    return _actor.get(_NOBODY).found()


def note_key(key: ApiKey) -> None:
    """Note that the current request was authenticated by an API key."""
    _actor.set(replace(_actor.get(_NOBODY), user=key.user, via=KEY, key=key, look_up=None))


def note_token(user: User) -> None:
    """Note that the current request was authenticated by the token of an app."""
    _actor.set(replace(_actor.get(_NOBODY), user=user, via=TOKEN, look_up=None))


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Everything recorded inside is told with this reason."""
    with acting(replace(_actor.get(_NOBODY), reason=reason)):
        yield


def of_command(words: Sequence[str]) -> Actor:
    """Return the actor of a command line's words after ``manage.py``."""
    return Actor(via=SYSTEM if words[:1] and words[0] in _SERVING else COMMAND)


def client_address(text: str | None) -> str | None:
    """Return the address that the server trusts, or None if it is none, as on a local socket."""
    try:
        return str(ipaddress.ip_address((text or "").partition("%")[0]))
    except ValueError:
        return None
