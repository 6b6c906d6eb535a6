"""Names and titles from outside, in a form that is safe to show."""

from __future__ import annotations

import re
import unicodedata

# Characters that change the direction of the text after them: a name must not affect other text.
_TURNS_DIRECTION = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# Control characters and surrogates. Joiners stay, because Persian, Hindi and emoji are written with
# them, and so do characters newer than Python's tables.
_UNSEEN = ("Cc", "Cs", "Zl", "Zp")
_ENDS_LINES = re.compile(" *[\t\n\v\f\r\x85\u2028\u2029]+ *")
# What alone would be a name of which nothing can be seen.
_EMPTY = ("Cf", "Zs")


def shown(name: str) -> str:
    """Return `name` as one line, without control characters and direction marks; empty if nothing
    of it can be seen."""
    kept = [c for c in _ENDS_LINES.sub(" ", name) if not is_unseen(c)]
    if all(unicodedata.category(c) in _EMPTY for c in kept):
        return ""
    return "".join(kept).strip()


def composed(name: str) -> str:
    """Return `name` as it is shown, with each accented letter as one character (NFC), however it
    was typed: two names that look the same are the same."""
    return unicodedata.normalize("NFC", shown(name))


def is_unseen(character: str) -> bool:
    """Return whether a character ends lines, turns the direction, or is none that is shown."""
    return character in _TURNS_DIRECTION or unicodedata.category(character) in _UNSEEN
