"""Move cues in time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from processing.captions import limits, markup, timing
from processing.captions.document import Cue, Word

_INNER_TIME = re.compile(r"<(\d{2,}:\d\d:\d\d\.\d{3})>", re.ASCII)


def shifted(cues: Sequence[Cue], by: int) -> tuple[Cue, ...]:
    """Return the cues ``by`` milliseconds later, or earlier if it is negative, with the times of
    their words. A cue that would begin before 0 begins there; those that would end before it, or
    after the latest time there is, are left out."""
    return tuple(_shifted(cue, by) for cue in cues if 0 < cue.end + by <= limits.MOST_MS)


def _shifted(cue: Cue, by: int) -> Cue:
    start, end = max(0, cue.start + by), cue.end + by
    text = _INNER_TIME.sub(lambda found: _inner(found[1], by), cue.text)
    words = tuple(
        Word(max(0, word.start + by), word.end + by, word.text)
        for word in cue.words
        if word.end + by > 0
    )
    kept = markup.sanitize(text, start=start, end=end).text if text != cue.text else text
    return replace(cue, start=start, end=end, text=kept, words=words)


def _inner(time: str, by: int) -> str:
    moved = (timing.read(time) or 0) + by
    return f"<{timing.webvtt(moved)}>" if moved > 0 else ""
