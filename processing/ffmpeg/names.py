"""Names and titles from outside as they may be shown."""

from __future__ import annotations

import unicodedata

# What turns the direction of whatever follows: a name must not change how others read.
_TURNS_DIRECTION = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# Control characters, and halves of characters. Joiners stay, with which Persian, Hindi and emoji
# are written, and so does what is newer than Python's tables.
_UNSEEN = ("Cc", "Cs")
_ENDS_LINES = str.maketrans({"\u2028": " ", "\u2029": " "})


def shown(name: str) -> str:
    """`name` as one line, without what is no character or turns the direction of writing."""
    kept = (c for c in name.translate(_ENDS_LINES) if not _is_unseen(c))
    return "".join(kept).strip()


def _is_unseen(character: str) -> bool:
    return character in _TURNS_DIRECTION or unicodedata.category(character) in _UNSEEN
