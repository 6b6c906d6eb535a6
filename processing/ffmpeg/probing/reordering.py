"""The presentation times of MPEG-1 and MPEG-2 frames that have only a decoding time, like most
frames of a programme stream.

Reference frames are shown when the next reference frame is decoded; B-frames between them are shown
at once. FFmpeg gives times only to the B-frames, because it does not look ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

CODECS = ("mpeg1video", "mpeg2video")
# The limit for broken streams: no real stream makes this many frames wait.
_MOST_WAITING = 64
# A time may be off by this many frames and still belong to the same steady rate.
_FAR_OFF = 4


def are_counted(times: Sequence[int], step: Fraction) -> bool:
    """Whether frames with these times (ascending ticks) come every `step`, although FFmpeg gives
    some times twice and others never: it assigns a packet's time to another frame than the one that
    begins in it. The number of frames and their first and last times are then right."""
    if len(times) < _FAR_OFF or step <= 0:
        return False
    expected = [times[0] + step * number for number in range(len(times))]
    if abs(times[-1] - expected[-1]) > step / 4:
        return False
    return all(abs(a - b) <= _FAR_OFF * step for a, b in zip(times, expected, strict=True))


@dataclass
class _Packet:
    """The fields of a line `pts,dts,duration,rest`, in ticks; None where the line gives none."""

    pts: int | None
    dts: int | None
    duration: int
    line: bytes

    @property
    def is_shown_at_once(self) -> bool:
        return self.pts is not None and self.pts == self.dts

    def shown(self, pts: int | None) -> bytes:
        return self.line if pts is None else b"%d,%s" % (pts, self.line.split(b",", 1)[1])


def filled(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield ffprobe's `pts,dts,duration,…` line of each packet of such a stream, in stored order,
    with missing times derived from those of the others."""
    waiting: list[_Packet] = []
    for line in lines:
        packet = _parsed(line)
        if waiting and (not packet.is_shown_at_once or len(waiting) > _MOST_WAITING):
            yield from _flushed(waiting, packet.dts)
            waiting = []
        if waiting or (packet.pts is None and packet.dts is not None):
            waiting.append(packet)
        else:
            yield packet.line
    yield from _flushed(waiting, None)


def _flushed(waiting: list[_Packet], following: int | None) -> Iterator[bytes]:
    """Yield the waiting packets. The first one is shown when the packet that follows is decoded or,
    if that is far off or on another clock, after the others."""
    for number, packet in enumerate(waiting):
        if number or packet.dts is None:
            yield packet.line
            continue
        lasting = len(waiting) * packet.duration
        pts = packet.dts + lasting
        if following is not None and 0 < following - packet.dts <= 2 * lasting:
            pts = following
        yield packet.shown(pts if lasting else following)


def _parsed(line: bytes) -> _Packet:
    pts, dts, duration, _ = (*line.split(b",", 3), b"", b"", b"")[:4]
    return _Packet(_ticks(pts), _ticks(dts), _ticks(duration) or 0, line)


def _ticks(text: bytes) -> int | None:
    return int(text) if len(text) <= 18 and text.removeprefix(b"-").isdigit() else None
