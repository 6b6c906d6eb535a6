"""Read what a client asks to follow: in the parameters of an address, or in a message of a socket.

Both are bounded, and whatever is wrong with them is told in a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from videos.feed.hearing import OWN, Wish

MOST_VIDEOS = 200
LONGEST_MESSAGE = 16 * 1024
_MEMBERS = ("own", "all", "videos")
_VERBS = ("subscribe", "unsubscribe")
_SWITCH = {"true": True, "false": False}


class NotUnderstood(Exception):
    """Raised when a message or a parameter is not one of the feed's."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Query:
    """The parameters of a feed's address."""

    wish: Wish
    since: str | None


def query(text: bytes, *, fixed: Wish | None = None, extra: Iterable[str] = ()) -> Query:
    """Return what a query string asks for: one's own without any of ``own``, ``all`` and
    ``videos``. With ``fixed`` the address itself says what is followed. Parameters named in
    ``extra`` are read elsewhere. Raises ``NotUnderstood``."""
    given: dict[str, str] = {}
    known = {"since", *extra, *(_MEMBERS if fixed is None else ())}
    for name, value in _pairs(text):
        if name not in known:
            raise NotUnderstood(f"There is no such parameter. They are: {_list(known)}.")
        if name in given:
            raise NotUnderstood(f'Give "{name}" only once.')
        given[name] = value
    named = [name for name in _MEMBERS if name in given]
    if fixed is None:
        fixed = _asked(given) if named else OWN
    return Query(fixed, given.get("since") or None)


def _pairs(text: bytes) -> Iterable[tuple[str, str]]:
    try:
        return parse_qsl(text.decode("latin-1"), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise NotUnderstood("The address has too many parameters.") from error


def _asked(given: Mapping[str, str]) -> Wish:
    return Wish(
        own=_switch(given.get("own", "false")),
        everything=_switch(given.get("all", "false")),
        videos=_videos([one for one in given.get("videos", "").split(",") if one]),
    )


def _switch(value: str) -> bool:
    if value not in _SWITCH:
        raise NotUnderstood('"own" and "all" are true or false.')
    return _SWITCH[value]


def changed(before: Wish, text: str | None) -> Wish:
    """Return what is followed after a client's message. Raises ``NotUnderstood``."""
    verb, members = _message(text)
    videos = _videos(members.get("videos", []))
    for name in ("own", "all"):
        if members.get(name, True) is not True:
            raise NotUnderstood(f'"{name}" is true, or left out.')
    if verb == "subscribe":
        return _bounded(
            Wish(
                own=before.own or "own" in members,
                everything=before.everything or "all" in members,
                videos=before.videos | videos,
            )
        )
    return replace(
        before.without(videos),
        own=before.own and "own" not in members,
        everything=before.everything and "all" not in members,
    )


def _message(text: str | None) -> tuple[str, Mapping[str, Any]]:
    if text is None:
        raise NotUnderstood("Send text, not bytes.")
    if len(text) > LONGEST_MESSAGE:
        raise NotUnderstood(f"A message has at most {LONGEST_MESSAGE} characters.")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood("This is not JSON.") from error
    match message:
        case {"subscribe": dict(members), **rest} if not rest:
            verb = "subscribe"
        case {"unsubscribe": dict(members), **rest} if not rest:
            verb = "unsubscribe"
        case _:
            raise NotUnderstood(f"Send an object with one member: {_list(_VERBS)}.")
    if not members or not set(members) <= set(_MEMBERS):
        raise NotUnderstood(f"Name what to follow: {_list(_MEMBERS)}.")
    return verb, members


def _videos(given: Any) -> frozenset[UUID]:
    if not isinstance(given, list):
        raise NotUnderstood('"videos" is a list of ids.')
    if len(given) > MOST_VIDEOS:
        raise NotUnderstood(_TOO_MANY)
    try:
        return frozenset(UUID(one) for one in given)
    except (ValueError, AttributeError, TypeError) as error:
        raise NotUnderstood('"videos" has something that is no id.') from error


def _bounded(wish: Wish) -> Wish:
    if len(wish.videos) > MOST_VIDEOS:
        raise NotUnderstood(_TOO_MANY)
    return wish


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))


_TOO_MANY = f"A feed follows at most {MOST_VIDEOS} single videos."
