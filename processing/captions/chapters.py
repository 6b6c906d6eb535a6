"""Chapters: parts of a video with titles, which follow each other until the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from processing.captions import limits, markup, timing
from processing.captions.characters import clean, lines_of
from processing.captions.document import Cue, Document
from processing.ffmpeg.media import Chapter

FEWEST = 3
SHORTEST_MS = 10_000
"""A list of times in a description is one of chapters if it has at least ``FEWEST``, each at least
so long: YouTube's rules, which people know. They tell it from times that a text just mentions."""
MOST = 1_000

_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}"
_FIRST = re.compile(
    rf"\s{{0,20}}(?:[-*\u2022\u2013]|\d{{1,3}}[.)])?\s{{0,20}}[(\[]?({_TIME})[)\]]?(?!\d)[\s:|.\u2013\u2014-]{{0,20}}(.*)",
    re.ASCII,
)
_LAST = re.compile(rf"(.*?)[\s:|.\u2013\u2014-]{{0,20}}[(\[]?\b({_TIME})[)\]]?\s{{0,20}}", re.ASCII)
_LONGEST_LINE = 500


def from_description(text: str, duration: int) -> Document | None:
    """Return the chapters that lines such as ``0:00 Intro`` or ``1:02:03 - Title`` of a description
    say, or None if they say none. ``duration`` is that of the video in milliseconds.

    The first stands at 0:00, each later than the one before; see ``FEWEST``. A time may stand in
    brackets, behind a bullet or a number, or behind the title. If some lines break the rules, there
    are no chapters, as some would be wrong.
    """
    found = [told for line in lines_of(text) if (told := _line(line)) is not None]
    starts = [start for start, _ in found]
    if not FEWEST <= len(found) <= MOST or starts[0] != 0:
        return None
    lengths = [b - a for a, b in zip(starts, [*starts[1:], duration], strict=True)]
    return _document(found, duration) if min(lengths) >= SHORTEST_MS else None


def from_media(chapters: Sequence[Chapter], zero: Fraction, duration: int) -> Document | None:
    """Return the chapters of a source, None if it has none within the video. ``zero`` is the second
    on the source's own clock at which the video begins (`grid.origin_of`), ``duration`` its
    length in milliseconds. Those without a title are numbered."""
    found = []
    for number, chapter in enumerate(chapters, start=1):
        start = max(0, round((Fraction(chapter.start) - zero) * 1000))
        if start < duration and (Fraction(chapter.end) - zero) * 1000 >= 1:
            found.append((start, title(chapter.title) or f"Chapter {number}"))
    return _document(found, duration) if found else None


def filled(document: Document, duration: int) -> Document:
    """Return chapters that came as a file or by the API: each without tags, in one line, until the
    next begins, and the last until the end of the video; those after the end are left out."""
    found = [
        (cue.start, title(markup.plain(cue.text)) or f"Chapter {number}")
        for number, cue in enumerate(document.cues, start=1)
        if cue.start < duration
    ]
    return Document(_document(found, duration).cues, notices=document.notices)


def title(text: str) -> str:
    """Return a title as one line of up to 200 characters, without control characters."""
    return " ".join(clean(text)[0].split())[: limits.LONGEST_NAME].rstrip()


def to_json(document: Document) -> list[dict[str, Any]]:
    """Return chapters as a list of ``start_ms``, ``end_ms`` and ``title``."""
    return [
        {"start_ms": cue.start, "end_ms": cue.end, "title": markup.plain(cue.text)}
        for cue in document.cues
    ]


def _line(line: str) -> tuple[int, str] | None:
    if ":" not in line or len(line) > _LONGEST_LINE:
        return None
    if found := _FIRST.fullmatch(line):
        time, named = found[1], found[2]
    elif found := _LAST.fullmatch(line):
        time, named = found[2], found[1]
    else:
        return None
    start, told = timing.read(time), title(named)
    return (start, told) if told and start is not None else None


def _document(found: Iterable[tuple[int, str]], duration: int) -> Document:
    """Return the chapters; of several at one time the last stays, as it alone is ever shown."""
    titles = dict(sorted(found, key=lambda one: one[0]))
    starts = list(titles)
    ends = [*starts[1:], duration]
    cues = (
        Cue(start, end, markup.escaped(titles[start]))
        for start, end in zip(starts, ends, strict=True)
        if end > start
    )
    return Document(tuple(cues))
