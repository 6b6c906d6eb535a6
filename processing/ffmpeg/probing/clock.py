"""Clocks that begin anew in the middle of a source: in files that were joined end to end, streams
that were interrupted, or counters that wrapped.

Times are mended so that each part follows the end of the one before, with its audio and video as
far apart as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import BinaryIO

from processing.ffmpeg.media import AudioStream, Jump, VideoStream
from processing.ffmpeg.probing import reordering

MAX_JUMPS = 500
"""The most jumps of one stream that are mended: each is a term that is evaluated for every frame.
If there are more, nothing after them is read."""

MAY_BEGIN_ANEW = ("mpegts", "mpeg", "flv", "matroska,webm", "ogg", "asf")
"""Containers in which several files, appended to each other, form one file that can be read."""

# Stored order follows decoding times, which never go back. Presentation times do, by a little.
_BACK_DECODED = 0.5
_BACK_SHOWN = 2.0
# A longer pause of all streams is taken for another clock: nobody waits that long.
_AHEAD = 600.0
# Streams are stored together: one that jumps to within this of another belongs to the same jump.
_TOGETHER = 10.0
# A stream that goes on for longer on its old clock has not jumped with another one.
GOES_ON = 2.0
# The range of MPEG's 33-bit counter, in seconds.
_WRAP = 2**33 / 90_000
_WRAP_TOLERANCE = 60.0
# The most frames that any codec may decode before one that is shown earlier.
_MOST_REORDERED = 16
_FIELDS = 5


@dataclass(frozen=True)
class StreamClock:
    """The clock of one stream, in its ticks: its mended start and end, and its jumps, at most
    `MAX_JUMPS` and one."""

    stream: int
    first_pts: int
    end_pts: int
    jumps: tuple[Jump, ...]


@dataclass(frozen=True)
class Mended:
    """The mended times. `listing` has the lines of the video stream as
    `pts,dts,duration,size,flags` and can be read once; `clocks` are those of all streams."""

    listing: Iterator[bytes]
    clocks: tuple[StreamClock, ...]


@dataclass
class _Part:
    """A stretch of the source with one clock: `newest` is the second, on that clock, of the packet
    stored last; `shift` is added to its times.

    `leaver` is the stream that jumped into the part first, and `left` the number of the part that
    it came from. `others` are the other streams at that moment, each with the number of its part
    and the seconds of its last packet.
    """

    newest: float
    shift: float = 0.0
    leaver: _Stream | None = None
    left: int = 0
    others: tuple[tuple[_Stream, int, float], ...] = ()

    @property
    def is_alone(self) -> bool:
        """Whether the other streams went on in their parts: only the clock of the one that jumped
        was set, and no file was appended."""
        return any(
            stream.shown[part][1] - last > GOES_ON
            for stream, part, last in self.others
            if part in stream.shown
        )


@dataclass
class _Stream:
    """The state of one stream.

    `jumps` are pairs of seconds and the part jumped into; the first has 0 s if the stream begins in
    a later part. `shown` has the earliest and latest second of each part with packets. `entered` is
    the number, among the packets of all streams, of its first packet in its part, and `seen` that
    of its last packet. `untold` counts its packets without a decoding time so far; `first` is the
    presentation time of the first of those.
    """

    base: float
    first: float | None = None
    untold: int = 0
    part: int = 0
    last: float | None = None
    entered: int = 0
    seen: int = 0
    jumps: list[tuple[float, int]] = field(default_factory=list)
    shown: dict[int, tuple[float, float]] = field(default_factory=dict)

    def decoded(self, pts: int | None, dts: int | None) -> float | None:
        """Return the second at which a packet is decoded, at least roughly. FFmpeg gives no
        decoding time for the first few packets of reordered frames; they follow the first packet at
        once."""
        if dts is not None:
            self.untold = _MOST_REORDERED
            return dts * self.base
        if pts is None:
            return None
        time = pts * self.base
        if self.first is None:
            self.first = time
        self.untold += 1
        return min(time, self.first) if self.untold <= _MOST_REORDERED else time


@dataclass
class _Found:
    """The result so far: `runs` are pairs of a number of video packets in a row and their part."""

    streams: dict[int, _Stream]
    parts: list[_Part] = field(default_factory=list)
    runs: list[list[int]] = field(default_factory=list)

    @property
    def clocks(self) -> tuple[StreamClock, ...]:
        return tuple(_clock(i, s, self.parts) for i, s in self.streams.items() if s.shown)

    def follow(self, stream: _Stream, time: float, number: int, *, decoded: bool) -> None:
        """Put packet `number` into its part: a new part if the clock jumps and no other stream has
        jumped there before."""
        if not self.parts:
            self.parts.append(_Part(time))
        if stream.last is None:
            stream.entered = number
            self._begin(stream, time)
        else:
            step = time - stream.last
            back = step < -(_BACK_DECODED if decoded else _BACK_SHOWN)
            if back or step > _AHEAD or self._goes_along(stream, time, step):
                self._jump(stream, time, step)
                stream.entered = number
        stream.seen, stream.last = number, time
        self.parts[stream.part].newest = time

    def _begin(self, stream: _Stream, time: float) -> None:
        ahead = time - self.parts[-1].newest
        if ahead < -_TOGETHER or ahead > _AHEAD:
            self.parts.append(_Part(time))
        stream.part = len(self.parts) - 1
        if stream.part:
            stream.jumps.append((0.0, stream.part))

    def _goes_along(self, stream: _Stream, time: float, step: float) -> bool:
        """Whether a stream that was silent meanwhile is now nearer to the place other streams
        jumped to than to its own last packet."""
        newest = len(self.parts) - 1
        if stream.part == newest or step <= _BACK_SHOWN:
            return False
        return abs(time - self.parts[newest].newest) <= min(_TOGETHER, step / 2)

    def _jump(self, stream: _Stream, time: float, step: float) -> None:
        newest = len(self.parts) - 1
        if stream.part == newest or abs(time - self.parts[newest].newest) > _TOGETHER:
            others = tuple(
                (other, other.part, other.last)
                for other in self.streams.values()
                if other is not stream and other.last is not None
            )
            self.parts.append(_Part(time, leaver=stream, left=stream.part, others=others))
            for other in self.streams.values():
                self._take_along(other, stream, time)
        stream.part = len(self.parts) - 1
        stream.jumps.append((step, stream.part))

    def _take_along(self, other: _Stream, stream: _Stream, time: float) -> None:
        """Move another stream into the new part too. If it has begun or jumped since the last
        packet of the stream that jumps now, the cause was this jump: its packets are stored
        ahead."""
        if other is stream or other.last is None or other.entered <= stream.seen:
            return
        if abs(other.last - time) <= _TOGETHER:
            part = len(self.parts) - 1
            other.shown[part] = other.shown.pop(other.part)
            step = other.jumps.pop()[0] if other.jumps else 0.0
            other.part = part
            other.jumps.append((step, part))


def mend(listed: BinaryIO, video: VideoStream, audio: Sequence[AudioStream]) -> Mended:
    """Return the mended times of ffprobe's `stream_index,pts,dts,duration,size,flags` lines, which
    are in stored order."""
    found = _found(listed, (video, *audio), video.index)
    shifts = [round(part.shift / video.time_base) for part in found.parts]
    listed.seek(0)
    own = _of_stream(listed, video.index)
    told = reordering.filled(own) if video.codec in reordering.CODECS else own
    return Mended(_shifted(told, found.runs, shifts), found.clocks)


def of_sound(listed: Iterable[bytes], audio: Sequence[AudioStream]) -> tuple[StreamClock, ...]:
    """Return the clocks of audio streams, from lines of the same form."""
    return _found(listed, audio, None).clocks


def _found(
    listed: Iterable[bytes],
    listened: Sequence[VideoStream | AudioStream],
    video_index: int | None,
) -> _Found:
    found = _Found({stream.index: _Stream(float(stream.time_base)) for stream in listened})
    for number, (index, pts, dts, duration, _) in enumerate(_lines(listed)):
        stream = found.streams.get(index)
        if stream is None:
            continue
        time = stream.decoded(pts, dts)
        if time is not None:
            found.follow(stream, time, number, decoded=dts is not None)
            if len(stream.jumps) > MAX_JUMPS:
                break
            begin = time if pts is None else pts * stream.base
            _extend(stream, begin, begin + (_time(duration) or 0) * stream.base)
        if index == video_index:
            if not found.runs or found.runs[-1][1] != stream.part:
                found.runs.append([0, stream.part])
            found.runs[-1][0] += 1
    _join(found.parts, found.streams.values())
    return found


def _of_stream(listed: Iterable[bytes], wanted: int) -> Iterator[bytes]:
    """Yield the lines of one stream, without its index."""
    for index, pts, dts, duration, rest in _lines(listed):
        if index == wanted:
            yield b"%s,%s,%s,%s" % (_written(pts, 0), _written(dts, 0), duration, rest)


def _shifted(
    told: Iterable[bytes], runs: Sequence[Sequence[int]], shifts: Sequence[int]
) -> Iterator[bytes]:
    """Yield the lines of the frames, each moved with its part, without decoding times."""
    parts = chain.from_iterable(repeat(part, count) for count, part in runs)
    for line in told:
        pts, _, rest = line.split(b",", 2)
        shift = shifts[next(parts, 0)] if shifts else 0
        yield b"%s,N/A,%s\n" % (_written(_time(pts), shift), rest)


def _lines(
    listed: Iterable[bytes],
) -> Iterator[tuple[int, int | None, int | None, bytes, bytes]]:
    for line in listed:
        fields = line.strip().split(b",", 4)
        if len(fields) == _FIELDS and fields[0].isdigit():
            stream, pts, dts, duration, rest = fields
            yield int(stream[:9]), _time(pts), _time(dts), duration, rest


def _time(text: bytes) -> int | None:
    return int(text) if len(text) <= 18 and text.removeprefix(b"-").isdigit() else None


def _written(pts: int | None, shift: int) -> bytes:
    return b"N/A" if pts is None else b"%d" % (pts + shift)


def _extend(stream: _Stream, begin: float, end: float) -> None:
    low, high = stream.shown.get(stream.part, (begin, end))
    stream.shown[stream.part] = (min(low, begin), max(high, end))


def _join(parts: Sequence[_Part], streams: Iterable[_Stream]) -> None:
    """Set the shift of each part so that it begins where the one before ended; a counter that
    wrapped simply goes on.

    Where one stream jumped alone, its part begins where its own part before ended, or beside what
    the other streams had reached if that is later.
    """
    shown: dict[int, list[tuple[float, float]]] = {}
    for stream in streams:
        for part, extent in stream.shown.items():
            shown.setdefault(part, []).append(extent)
    ended, shift = None, 0.0
    for part in sorted(shown):
        low = min(begin for begin, _ in shown[part])
        high = max(end for _, end in shown[part])
        if ended is not None and len(shown[part]) == 1 and parts[part].is_alone:
            parts[part].shift = _beside(parts, parts[part]) - low
            ended = max(ended, high + parts[part].shift - shift)
            continue
        if ended is not None:
            wrapped = abs(low - ended + _WRAP) < _WRAP_TOLERANCE
            shift += _WRAP if wrapped else ended - low
        ended = high
        parts[part].shift = shift


def _beside(parts: Sequence[_Part], part: _Part) -> float:
    """Return the second at which a part begins that one stream jumped into alone."""
    others = max(last + parts[of].shift for _, of, last in part.others)
    own = part.leaver.shown.get(part.left) if part.leaver else None
    if own is None:
        return others
    end = own[1] + parts[part.left].shift
    return others if others - end > GOES_ON else end


def _clock(index: int, stream: _Stream, parts: Sequence[_Part]) -> StreamClock:
    begin = min(low + parts[part].shift for part, (low, _) in stream.shown.items())
    end = max(high + parts[part].shift for part, (_, high) in stream.shown.items())
    jumps = (
        Jump(round(by / stream.base), round(parts[part].shift / stream.base))
        for by, part in stream.jumps
    )
    return StreamClock(index, round(begin / stream.base), round(end / stream.base), tuple(jumps))
