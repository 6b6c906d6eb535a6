"""How an operation is described that a protocol defines, rather than a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from videos.api.schema.operation import Operation

TUS_BYTES = "application/offset+octet-stream"


@dataclass(frozen=True)
class Success:
    """One way to succeed: a sentence, and the headers that come with it."""

    sentence: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spoken:
    """An operation at a path. ``told.refusals`` has all codes that it can return, and
    ``told.answer`` is the example of an answer of 200.

    ``requires`` and ``takes`` name request headers. ``takes_bytes`` is the content type of the
    body, empty without one.
    """

    method: str
    path: str
    told: Operation
    successes: Mapping[int, Success]
    requires: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    takes_bytes: str = ""
    for_users: bool = True


def refusals(*given: Mapping[int, tuple[str, ...]]) -> Mapping[int, tuple[str, ...]]:
    """Return the codes of all tables by status, each once."""
    found: dict[int, tuple[str, ...]] = {}
    for table in given:
        for status, codes in table.items():
            found[status] = tuple(dict.fromkeys((*found.get(status, ()), *codes)))
    return dict(sorted(found.items()))
