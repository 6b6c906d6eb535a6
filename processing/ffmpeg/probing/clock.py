"""Clocks that begin anew in the middle of a source: files that were appended to each other, streams
that were interrupted, counters that wrapped.

Times are mended so that each part follows where the one before ended, with its sound and pictures
as far apart as they were.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from processing.ffmpeg.media import AudioStream, Jump, VideoStream

MAX_JUMPS = 200
"""A source whose clock begins anew more often has no clock."""

# Stored order follows decoding times, which never go back; times of showing do, by little.
_BACK_DECODED = 0.5
_BACK_SHOWN = 2.0
# A longer pause of everything is another clock: nobody waits for so long.
_AHEAD = 600.0
# Streams are stored together: one that jumps to within this of another has jumped with it.
_TOGETHER = 10.0
# MPEG's counter.
_WRAP = 2**33 / 90_000
_WRAP_TOLERANCE = 60.0
_FIELDS = 5


@dataclass(frozen=True)
class StreamClock:
    """Of one stream, in its ticks: when it begins and ends once its clock is mended, and where it
    jumps."""

    stream: int
    first_pts: int
    end_pts: int
    jumps: tuple[Jump, ...]


@dataclass(frozen=True)
class Mended:
    """The listing of the picture stream as `pts,dts,duration,size,flags` with mended times, and the
    clocks of all streams."""

    listing: bytes
    clocks: tuple[StreamClock, ...]


@dataclass
class _Part:
    """What has one clock: the seconds on it that are shown, and those of the packet stored last."""

    low: float
    high: float
    newest: float
    shift: float = 0.0


@dataclass
class _Stream:
    """`jumps` are seconds, and the part jumped into; of each part that has packets `shown` tells
    the earliest and the latest seconds."""

    base: float
    part: int = 0
    last: float | None = None
    jumps: list[tuple[float, int]] = field(default_factory=list)
    shown: dict[int, tuple[float, float]] = field(default_factory=dict)


def mend(listed: bytes, video: VideoStream, audio: Sequence[AudioStream]) -> Mended:
    """What ffprobe's `stream_index,pts,dts,duration,size,flags` lines tell, in stored order."""
    listened: tuple[VideoStream | AudioStream, ...] = (video, *audio)
    streams = {stream.index: _Stream(float(stream.time_base)) for stream in listened}
    parts: list[_Part] = []
    shown: list[tuple[int, int | None, bytes, bytes]] = []
    for index, pts, dts, duration, rest in _lines(listed):
        stream = streams.get(index)
        if stream is None:
            continue
        time = dts if dts is not None else pts
        if time is not None:
            _follow(stream, time * stream.base, parts, decoded=dts is not None)
            begin = (time if pts is None else pts) * stream.base
            _extend(stream, parts, begin, begin + (_time(duration) or 0) * stream.base)
        if index == video.index:
            shown.append((stream.part, pts, duration, rest))
    _join(parts)
    shifts = [round(part.shift / video.time_base) for part in parts]
    listing = b"".join(
        b"%s,N/A,%s,%s\n" % (_written(pts, shifts[part] if parts else 0), duration, rest)
        for part, pts, duration, rest in shown
    )
    return Mended(listing, tuple(_clock(i, s, parts) for i, s in streams.items() if s.shown))


def _lines(listed: bytes) -> Iterator[tuple[int, int | None, int | None, bytes, bytes]]:
    for line in io.BytesIO(listed):
        fields = line.strip().split(b",", 4)
        if len(fields) == _FIELDS and fields[0].isdigit():
            stream, pts, dts, duration, rest = fields
            yield int(stream[:9]), _time(pts), _time(dts), duration, rest


def _time(text: bytes) -> int | None:
    return int(text) if len(text) <= 18 and text.removeprefix(b"-").isdigit() else None


def _written(pts: int | None, shift: int) -> bytes:
    return b"N/A" if pts is None else b"%d" % (pts + shift)


def _follow(stream: _Stream, time: float, parts: list[_Part], *, decoded: bool) -> None:
    """Find the part a packet is of: a new one where the clock jumps and no other stream has jumped
    there before."""
    if not parts:
        parts.append(_Part(time, time, time))
    if stream.last is None:
        stream.part = len(parts) - 1
    else:
        step = time - stream.last
        if step < -(_BACK_DECODED if decoded else _BACK_SHOWN) or step > _AHEAD:
            newest = len(parts) - 1
            if stream.part == newest or abs(time - parts[newest].newest) > _TOGETHER:
                parts.append(_Part(time, time, time))
            stream.part = len(parts) - 1
            stream.jumps.append((step, stream.part))
    stream.last = parts[stream.part].newest = time


def _extend(stream: _Stream, parts: list[_Part], begin: float, end: float) -> None:
    part = parts[stream.part]
    part.low, part.high = min(part.low, begin), max(part.high, end)
    low, high = stream.shown.get(stream.part, (begin, end))
    stream.shown[stream.part] = (min(low, begin), max(high, end))


def _join(parts: Sequence[_Part]) -> None:
    """Each part begins where the one before ended; a counter that wrapped just goes on."""
    for before, part in pairwise(parts):
        wrapped = abs(part.low - before.high + _WRAP) < _WRAP_TOLERANCE
        part.shift = before.shift + (_WRAP if wrapped else before.high - part.low)


def _clock(index: int, stream: _Stream, parts: Sequence[_Part]) -> StreamClock:
    begin = min(low + parts[part].shift for part, (low, _) in stream.shown.items())
    end = max(high + parts[part].shift for part, (_, high) in stream.shown.items())
    jumps = (
        Jump(round(by / stream.base), round(parts[part].shift / stream.base))
        for by, part in stream.jumps
    )
    return StreamClock(index, round(begin / stream.base), round(end / stream.base), tuple(jumps))
