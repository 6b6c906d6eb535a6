"""Chapters of a progressive MP4, in both of the forms that players read: a track of titles that the
frames name, as QuickTime and Apple's players want it, and Nero's list, which others read.

Both say when each chapter begins; it lasts until the next one, and the last until the end.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from processing.mp4.box import box
from processing.mp4.tables import counted

_TIMESCALE = 1000
_MOST_LISTED = 255
_LONGEST_LISTED = 255
_LONGEST = 2000
_HUNDRED_NANOSECONDS = 10_000
_UNDETERMINED = 0x55C4  # the language code `und`
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_UTF8 = box(b"encd", struct.pack(">I", 0x100))
# A sample entry of QuickTime text: how it is shown, its box, its style, and a table with one font
# that has no name.
_ENTRY = b"".join(
    (
        struct.pack(">6xH", 1),
        struct.pack(">IH4x", 1, 0),
        bytes(8),
        struct.pack(">2H", 0, 0) + struct.pack(">H2x4x", 1),
        box(b"ftab", struct.pack(">2HB", 1, 1, 0)),
    )
)


@dataclass(frozen=True)
class Chapter:
    """A title, and the milliseconds at which it begins."""

    start: int
    title: str


class ChapterTrack:
    """The track of chapters that are sorted by their starts, of a movie of ``duration``
    milliseconds. A first one that begins later has one without a title before it."""

    def __init__(self, chapters: Sequence[Chapter], duration: int) -> None:
        within = [one for one in chapters if one.start < duration]
        lead = [Chapter(0, "")] if within and within[0].start > 0 else []
        self.chapters = [*lead, *within]
        self.duration = duration

    @cached_property
    def samples(self) -> list[bytes]:
        """The titles as they are stored among the media."""
        titles = [_shortened(one.title, _LONGEST) for one in self.chapters]
        return [struct.pack(">H", len(title)) + title + _UTF8 for title in titles]

    def trak(self, number: int, offset: int, *, wide: bool) -> bytes:
        """Return the track, whose samples lie one behind the other at `offset`."""
        ends = [*(one.start for one in self.chapters), self.duration]
        lengths = b"".join(struct.pack(">2I", 1, end - start) for start, end in pairwise(ends))
        sizes = [len(sample) for sample in self.samples]
        table = box(
            b"stbl",
            box(b"stsd", struct.pack(">2I", 0, 1), box(b"text", _ENTRY)),
            counted(b"co64", struct.pack(">Q", offset), 8)
            if wide
            else counted(b"stco", struct.pack(">I", offset), 4),
            counted(b"stts", lengths),
            counted(b"stsc", struct.pack(">3I", 1, len(sizes), 1), 12),
            box(b"stsz", struct.pack(f">3I{len(sizes)}I", 0, 0, len(sizes), *sizes)),
        )
        header = struct.pack(">6I", 0, 0, 0, number, 0, self.duration)
        times = struct.pack(">5I2H", 0, 0, 0, _TIMESCALE, self.duration, _UNDETERMINED, 0)
        return box(
            b"trak",
            box(b"tkhd", header, bytes(16), _MATRIX, bytes(8)),
            box(
                b"mdia",
                box(b"mdhd", times),
                box(b"hdlr", bytes(8), b"text", bytes(12), b"Chapters\0"),
                box(b"minf", _media_header(), _own_file(), table),
            ),
        )

    def listed(self) -> bytes:
        """Return Nero's list, which has room for 255 chapters and titles of 255 bytes."""
        rows = [
            (one.start * _HUNDRED_NANOSECONDS, _shortened(one.title, _LONGEST_LISTED))
            for one in self.chapters[:_MOST_LISTED]
        ]
        body = b"".join(struct.pack(">QB", start, len(title)) + title for start, title in rows)
        return box(b"udta", box(b"chpl", struct.pack(">2IB", 1 << 24, 0, len(rows)), body))


def named_by(number: int) -> bytes:
    """Return the box in which the frames name the track of their chapters."""
    return box(b"tref", box(b"chap", struct.pack(">I", number)))


def _media_header() -> bytes:
    plain = struct.pack(">I6H", 0, 0x40, 0x8000, 0x8000, 0x8000, 0, 0)
    matrix = struct.pack(">H8IH", 1, 0, 0, 0, 1, 0, 0, 0, 0x4000, 0)
    return box(b"gmhd", box(b"gmin", plain), box(b"text", matrix))


def _own_file() -> bytes:
    entry = box(b"url ", struct.pack(">I", 1))
    return box(b"dinf", box(b"dref", struct.pack(">2I", 0, 1), entry))


def _shortened(title: str, most: int) -> bytes:
    """Return the title in at most so many bytes of UTF-8, cut between characters."""
    return title.encode()[:most].decode(errors="ignore").encode()
