"""Where a timeline is cut into spans; one process encodes each span for every rendition.

Borders lie on whole groups of pictures of the grid. Spans are short at the start, so that something
can be played at once, and then grow, but only so far that waiting for the worker of one span does
not take long. Audio is cut at the AAC packet nearest each border.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from processing.ffmpeg.media import Media
from processing.ffmpeg.output_format import AUDIO_RATE, PACKET, SEGMENT_GOPS
from processing.ffmpeg.planning import ladder, passthrough, weight
from processing.ffmpeg.planning.grid import grid_of, length_of
from processing.ffmpeg.planning.ladder import Profile
from processing.ffmpeg.planning.seek_plan import SeekPlan
from processing.ffmpeg.probing.timeline import Timeline
from processing.ffmpeg.stored import known

MAX_SPANS = 2_000
"""The most spans of a run, however long its source is: each span means rows and objects."""

_MAX_SECONDS = 60
# Estimated seconds of one core that a span may take.
_WORK_SECONDS = 18.0
# A border may be put up to a quarter of a span earlier than wished, so there may be this many more
# spans.
_SHORTER = Fraction(3, 4)
# Places examined for one border.
_CANDIDATES = 64
# The first span of audio alone, in seconds.
_AUDIO_SECONDS = 4.0
# The longest span of a short video is an eighth of it, so that workers finish together.
_ENDING_SHARE = 8
# Containers that are not cut, and why: found by cutting the numbered clips and the corpus.
_NOT_CUT = {
    "aac": "bare packets: its length is a guess, its times are counted from the start",
    "mpegvideo": "bare video: it tells no times",
    "h264": "bare video: it tells no times",
    "hevc": "bare video: it tells no times",
    "apng": "every frame needs the one before, and there is no index",
}
_JUMPS = "its clock jumps"


@dataclass(frozen=True)
class Span:
    """One stretch of a timeline: frames `first_frame` up to `end_frame` of the grid (None: to the
    end), AAC packets `first_packet` up to `end_packet` of 1024 samples at 48 kHz. `seek` is the
    keyframe to decode from, in ticks of the video stream; None: from the beginning.

    If the largest rung is the source's own stream, repackaged, `keyframes` are the frames of the
    grid at which its groups begin, and the other rungs begin theirs there too. `copied_sound` then
    has the indexes of the audio streams that are also repackaged. Otherwise both are empty.
    """

    number: int
    first_frame: int
    end_frame: int | None
    seek: int | None
    first_packet: int
    end_packet: int | None
    keyframes: tuple[int, ...] = ()
    copied_sound: tuple[int, ...] = ()

    @property
    def copies(self) -> bool:
        """Whether the largest rung is the source's own stream."""
        return bool(self.keyframes)

    @property
    def whole(self) -> bool:
        """Whether the span is the whole timeline."""
        return not self.first_frame and not self.first_packet and self.last

    @property
    def last(self) -> bool:
        """Whether the span goes to the end."""
        return self.end_frame is None and self.end_packet is None

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary that `json` can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Span:
        """Return the span that `to_json` wrote; unknown fields of a newer version are dropped."""
        data = known(cls, data)
        lists = {name: tuple(data.get(name, ())) for name in ("keyframes", "copied_sound")}
        return cls(**known(cls, {**data, **lists}))


WHOLE = Span(number=0, first_frame=0, end_frame=None, seek=None, first_packet=0, end_packet=None)


def gop_frames(rate: Fraction, profile: Profile) -> int:
    """Return the number of frames in one group of pictures, the distance of keyframes."""
    return max(1, round(profile.gop_seconds * rate))


def why_whole(media: Media, timeline: Timeline | None) -> str | None:
    """Return why a source is encoded in one span, None if it can be cut."""
    if media.container in _NOT_CUT:
        return _NOT_CUT[media.container]
    if media.clock_jumps:
        return _JUMPS
    if media.video is None:
        return None
    return _why_frames_whole(timeline)


def _why_frames_whole(timeline: Timeline | None) -> str | None:
    if timeline is None:
        return "nothing reliable is known of its times"
    if timeline.counted:
        return "it tells wrong times of some frames, so they are counted"
    return None if timeline.steady else _JUMPS


def plan(
    media: Media, timeline: Timeline | None, profile: Profile, *, seconds: float | None = None
) -> tuple[Span, ...]:
    """Return the spans of a source: at most `MAX_SPANS`, and one if `why_whole` gives a reason.
    `seconds` makes all spans that long, which is for tests.

    The work is a fixed number of look-ups per span, whatever the source claims.
    """
    if why_whole(media, timeline) is not None:
        return (WHOLE,)
    grid = grid_of(media)
    if media.video is None or grid is None or timeline is None:
        return _audio_spans(list(_audio_borders(length_of(media), seconds)))
    gop = gop_frames(grid.rate, profile)
    reading = SeekPlan(media, media.video, grid, timeline)
    rungs = ladder.rungs_for(media.video, profile, grid.rate)
    if seconds is None and passthrough.fits(media, timeline, profile):
        longest = _longest(reading, gop, weight.core_seconds(media, rungs[1:]))
        return _copied_spans(reading, gop, longest, passthrough.fitting_audio(media, profile))
    if seconds is not None:
        step = max(1, round(seconds / profile.gop_seconds)) * gop
        borders = list(range(step, reading.frames - gop + 1, step))
    else:
        longest = _longest(reading, gop, weight.core_seconds(media, rungs))
        borders = list(_growing(reading, gop, longest))
    return _frame_spans(borders, reading)


def _longest(reading: SeekPlan, gop: int, core_seconds: float) -> int:
    """Return the frames of the longest span: whole segments, or whole groups if one segment is
    already too much work."""
    segment = gop * SEGMENT_GOPS
    wished = min(_MAX_SECONDS, _WORK_SECONDS / core_seconds) * reading.rate
    unit = segment if wished >= segment else gop
    share = round(reading.frames / (_ENDING_SHARE * unit))
    # Some short spans begin a video, and another one ends it.
    needed = math.ceil(reading.frames / (_SHORTER * (MAX_SPANS - 16) * unit))
    return unit * max(1, min(int(wished // unit), share), needed)


def _growing(reading: SeekPlan, gop: int, longest: int) -> Iterator[int]:
    """Yield the borders of a first span of half a group, of one to the end of the first segment,
    and then of growing spans, each border where little is decoded twice."""
    segment = gop * SEGMENT_GOPS
    unit = min(longest, segment)
    last = reading.frames - gop
    first = max(1, gop // 2)
    if first > last:
        return
    yield first
    border, length, again = unit, unit, False
    while border <= last:
        yield border
        border = _next_border(reading, border, length, unit, last)
        length, again = min(longest, length * 2 if again else length), not again


def _next_border(reading: SeekPlan, start: int, length: int, unit: int, last: int) -> int:
    """Return where a span from `start` of about `length` ends. It is up to a quarter shorter if
    that saves decoding, and longer if the lead would be longer than the span."""
    shortest = max(unit, math.ceil(length * _SHORTER / unit) * unit)
    step = unit * max(1, (length - shortest) // (_CANDIDATES * unit))
    candidates = range(start + length, start + shortest - 1, -step)
    best = min(candidates, key=reading.lead)
    while best <= last and reading.lead(best) > max(length, best - start):
        best += unit
    return best


def _frame_spans(borders: Sequence[int], reading: SeekPlan) -> tuple[Span, ...]:
    return tuple(
        Span(
            number=number,
            first_frame=first,
            end_frame=end,
            seek=reading.seek(first) if first or reading.begins_midway else None,
            first_packet=_packet(first / reading.rate),
            end_packet=None if end is None else _packet(end / reading.rate),
        )
        for number, (first, end) in enumerate(zip([0, *borders], [*borders, None], strict=True))
    )


def _copied_spans(
    reading: SeekPlan, gop: int, longest: int, audio: tuple[int, ...]
) -> tuple[Span, ...]:
    """Return spans that begin with the source's own keyframes, near the usual borders."""
    keyframes = reading.keyframe_numbers
    borders: list[int] = []
    for wished in _growing(reading, gop, longest):
        near = _nearest(keyframes, wished, above=borders[-1] if borders else 0)
        if near is not None and near <= reading.frames - gop:
            borders.append(near)
    spans = _frame_spans(borders, reading)
    return tuple(
        replace(
            span,
            keyframes=_between(keyframes, span.first_frame, span.end_frame or reading.frames),
            copied_sound=audio,
        )
        for span in spans
    )


def _nearest(frames: Sequence[int], wished: int, *, above: int) -> int | None:
    """Return the frame nearest to `wished` among ascending `frames` after `above`; the earlier of
    two equally near ones."""
    low = bisect_right(frames, above)
    at = bisect_left(frames, wished, lo=low)
    around = frames[max(low, at - 1) : at + 1]
    return min(around, key=lambda frame: abs(frame - wished), default=None)


def _between(frames: Sequence[int], first: int, end: int) -> tuple[int, ...]:
    return tuple(frames[bisect_left(frames, first) : bisect_left(frames, end)])


def _audio_borders(duration: float, seconds: float | None) -> Iterator[float]:
    """Yield the seconds at which audio without frames is cut: growing spans, or equal ones."""
    length, at = seconds or _AUDIO_SECONDS, 0.0
    longest = max(_MAX_SECONDS, duration / (MAX_SPANS - 16))
    while (at := at + length) <= duration - _AUDIO_SECONDS / 2:
        yield at
        length = seconds or min(2 * length, longest)


def _audio_spans(borders: Sequence[float]) -> tuple[Span, ...]:
    packets = [_packet(Fraction(border)) for border in borders]
    return tuple(
        Span(number, 0, None, None, first, end)
        for number, (first, end) in enumerate(zip([0, *packets], [*packets, None], strict=True))
    )


def _packet(seconds: Fraction) -> int:
    """Return the packet that begins nearest to a time."""
    return round(seconds * AUDIO_RATE / PACKET)
