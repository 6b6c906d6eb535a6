"""The cursors of the event log as clients keep them. They are opaque, so that their format can
change."""

import re

_FORM = re.compile(r"e[0-9a-f]{1,15}")


class BadCursor(ValueError):
    """Raised when a text is not a cursor that this log issued."""


class CursorExpired(Exception):
    """Raised when events behind a cursor may have been deleted because of their age. ``cursor``
    stands right before the oldest event that is kept: where to go on."""

    def __init__(self, cursor: str) -> None:
        super().__init__(cursor)
        self.cursor = cursor


def encode(position: int) -> str:
    """Return the cursor of a position."""
    return f"e{position:x}"


def decode(cursor: str) -> int:
    """Return the position of a cursor; raises ``BadCursor``."""
    if not _FORM.fullmatch(cursor):
        raise BadCursor(cursor)
    return int(cursor[1:], 16)
