"""Cursors of the event log as clients keep them: opaque, so that positions stay ours."""

import re

_FORM = re.compile(r"e[0-9a-f]{1,15}")


class BadCursor(ValueError):
    """Raised when a text is no cursor we gave out."""


class CursorExpired(Exception):
    """Raised when events behind a cursor may have been deleted for their age."""


def encode(position: int) -> str:
    """The cursor of a position."""
    return f"e{position:x}"


def decode(cursor: str) -> int:
    """The position of a cursor; raises ``BadCursor``."""
    if not _FORM.fullmatch(cursor):
        raise BadCursor(cursor)
    return int(cursor[1:], 16)
