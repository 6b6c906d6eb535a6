"""Which characters may stand in a text that others read."""

from __future__ import annotations

import re

# Control characters, the overrides that reverse all text after them, marks of byte order and of
# annotations, halves of surrogates, and what Unicode says is no character.
_NO_CHARACTERS = "".join(
    chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)
)
_REMOVED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202d\u202e\ufeff\ufff9-\ufffb\ufdd0-\ufdef"
    f"\ufffe\uffff\ud800-\udfff{_NO_CHARACTERS}]"
)
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_OPENING = {"\u202a": "\u202c", "\u202b": "\u202c"} | dict.fromkeys("\u2066\u2067\u2068", "\u2069")
_DIRECTIONS = re.compile("[\u202a-\u202c\u2066-\u2069]")


def lines_of(text: str) -> list[str]:
    """Return the lines of a file, whatever ends them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def clean(text: str) -> tuple[str, bool]:
    """Return the text without what may not stand in it, and whether there was any.

    A line keeps the marks with which Hebrew and Arabic are written, but what it opens it closes, so
    that no text beside it is turned.
    """
    kept = _REMOVED.sub("", _BREAKS.sub("\n", text).replace("\t", " "))
    removed = len(kept) != len(_BREAKS.sub("\n", text))
    if _DIRECTIONS.search(kept):
        kept = "\n".join(_closed(line) for line in kept.split("\n"))
    return kept, removed


def _closed(line: str) -> str:
    """Return the line with each change of direction closed in it, and no end without a begin."""
    parts: list[str] = []
    waiting: list[str] = []
    for part in re.split(f"({_DIRECTIONS.pattern})", line):
        if part in _OPENING:
            waiting.append(_OPENING[part])
        elif _DIRECTIONS.fullmatch(part):
            if not waiting or waiting[-1] != part:
                continue
            waiting.pop()
        parts.append(part)
    return "".join(parts + waiting[::-1])
