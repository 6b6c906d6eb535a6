"""Counts the complaints of decoders in FFmpeg's log, line by line."""

from __future__ import annotations

import re
from collections import Counter

# FFmpeg 5.1 names the stream by its number, later versions also by its kind.
_COMPLAINTS = re.compile(
    rb"corrupt decoded frame in stream (?P<corrupt>\d+)"
    rb"|Error while decoding stream #\d+:(?P<failed>\d+)"
    rb"|ist#\d+:(?P<newer>\d+)/.*(?:Error submitting packet|corrupt decoded frame)"
)
_CHANGES = re.compile(rb"^(?:\[[^]]*\] )?[Cc]hanging video frame properties on the fly")
_REPEATED = re.compile(rb"^ *Last message repeated (\d{1,9}) times")
SIZE_CHANGES = "size"


class Complaints:
    """The number of complaints for each stream (its number as a text), and of changes of size.
    FFmpeg prints a repeated line once, and then how often it was repeated."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._last: str | None = None

    def hear(self, line: bytes) -> None:
        """Take the next line."""
        repeated = _REPEATED.match(line)
        if repeated:
            if self._last is not None:
                self.counts[self._last] += int(repeated[1])
            return
        self._last = _subject(line)
        if self._last is not None:
            self.counts[self._last] += 1


def _subject(line: bytes) -> str | None:
    found = _COMPLAINTS.search(line)
    if found:
        return next(number.decode() for number in found.groups() if number is not None)
    return SIZE_CHANGES if _CHANGES.match(line) else None
