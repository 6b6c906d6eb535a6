"""Names and titles from outside, in a form that is safe to show."""

from __future__ import annotations

import unicodedata

# Characters that change the direction of the text after them: a name must not affect other text.
_TURNS_DIRECTION = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# Control characters and surrogates. Joiners stay, because Persian, Hindi and emoji are written with
# them, and so do characters newer than Python's tables.
_UNSEEN = ("Cc", "Cs")
_ENDS_LINES = str.maketrans({"\u2028": " ", "\u2029": " "})


def shown(name: str) -> str:
    """Return `name` as one line, without control characters and direction marks."""
    kept = (c for c in name.translate(_ENDS_LINES) if not _is_unseen(c))
    return "".join(kept).strip()


def _is_unseen(character: str) -> bool:
    return character in _TURNS_DIRECTION or unicodedata.category(character) in _UNSEEN
