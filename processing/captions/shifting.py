"""Move cues in time, with the times within their text and of their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from processing.captions import limits, markup, timing
from processing.captions.document import Cue, Word

Cues = tuple[Cue, ...]
_INNER_TIME = re.compile(r"<(\d{2,}:\d\d:\d\d\.\d{3})>", re.ASCII)


class CuesBeforeStart(Exception):
    """Raised when cues would begin before the video does; ``count`` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} cues would begin before the video")
        self.count = count


class CuesAfterEnd(Exception):
    """Raised when cues would end after the latest time there is."""


@dataclass(frozen=True)
class Shifted:
    """Cues at other times: ``cut`` of them begin later than they would, ``dropped`` are gone
    because they would have ended before the video begins."""

    cues: Cues
    cut: int = 0
    dropped: int = 0


def shift(cues: Sequence[Cue], by: int, *, cut: bool = False) -> Shifted:
    """Return the cues ``by`` milliseconds later, or earlier if it is negative.

    Raises ``CuesBeforeStart``, unless cues may be ``cut`` at 0, and ``CuesAfterEnd``.
    """
    early = sum(1 for cue in cues if cue.start + by < 0)
    if early and not cut:
        raise CuesBeforeStart(early)
    if any(cue.end + by > limits.MOST_MS for cue in cues):
        raise CuesAfterEnd
    kept = tuple(_moved(cue, by) for cue in cues if cue.end + by > 0)
    dropped = len(cues) - len(kept)
    return Shifted(kept, cut=early - dropped, dropped=dropped)


def _moved(cue: Cue, by: int) -> Cue:
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
