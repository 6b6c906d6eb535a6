"""Chapters: parts of a video with titles, which follow each other until the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from processing.captions import limits, markup, timing
from processing.captions.characters import clean, lines_of
from processing.captions.document import Cue, Document
from processing.ffmpeg.media import Chapter

FEWEST = 3
SHORTEST_MS = 10_000
"""A list of times in a description is one of chapters if it has at least ``FEWEST``, each at least
so long: YouTube's rules, which people know. They tell it from times that a text just mentions."""
MOST = 1_000

_TIME = r"[(\[]?(?P<time>(?:\d{1,3}:)?\d{1,2}:\d{2})[)\]]?"
_BETWEEN = r"[\s:|.\u2013\u2014-]{0,20}"
_BULLET = r"\s{0,20}(?:[-*\u2022\u2013]|\d{1,3}[.)])?\s{0,20}"
_FIRST = re.compile(rf"{_BULLET}{_TIME}(?!\d){_BETWEEN}(?P<title>.*)", re.ASCII)
_LAST = re.compile(rf"(?P<title>.*?)(?<!\d){_BETWEEN}{_TIME}\s{{0,20}}", re.ASCII)
_LONGEST_LINE = 500


def from_description(text: str, duration: int) -> Document | None:
    """Return the chapters that lines such as ``0:00 Intro`` or ``1:02:03 - Title`` of a description
    say, or None if they say none. ``duration`` is that of the video in milliseconds.

    The first stands at 0:00, each later than the one before; see ``FEWEST``. A time may stand in
    brackets, behind a bullet or a number, or in all of the lines behind the title. Lines before the
    one at 0:00 are none of them. If a later line breaks the rules, there are no chapters, as some
    would be wrong.
    """
    lines = [line for line in lines_of(text) if ":" in line and len(line) <= _LONGEST_LINE]
    for pattern in (_FIRST, _LAST):
        found = [told for line in lines if (told := _line(pattern, line)) is not None]
        begin = next((at for at, (start, _) in enumerate(found) if start == 0), len(found))
        if _are_chapters(found[begin:], duration):
            return _document(found[begin:], duration)
    return None


def _are_chapters(found: Sequence[tuple[int, str]], duration: int) -> bool:
    starts = [*(start for start, _ in found), duration]
    are_long = all(after - start >= SHORTEST_MS for start, after in pairwise(starts))
    return FEWEST <= len(found) <= MOST and are_long


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


def title(text: str) -> str:
    """Return a title as one line of up to 200 characters, without control characters."""
    return " ".join(clean(text)[0].split())[: limits.LONGEST_NAME].rstrip()


def _line(pattern: re.Pattern[str], line: str) -> tuple[int, str] | None:
    found = pattern.fullmatch(line)
    if found is None:
        return None
    start, told = timing.read(found["time"]), title(found["title"])
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
