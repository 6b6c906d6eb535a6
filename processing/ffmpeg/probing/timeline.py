"""When the frames of a source are shown: the basis for cutting it into spans."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, BinaryIO

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import OutputTooLarge, ProcessFailed, ProcessTimedOut
from processing.ffmpeg.media import Jump, Media, VideoStream
from processing.ffmpeg.probing import apart, clock, edits, index, listing, rates, reordering
from processing.ffmpeg.probing.clock import StreamClock
from processing.ffmpeg.probing.edits import FrameTimes
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg

# Codecs that FFmpeg takes from MP4 packet by packet, so the samples of the index are its packets.
_SAMPLE_IS_PACKET = ("h264", "hevc", "av1", "mpeg4", "mjpeg", "prores", "dnxhd", "h263", "png")
# Decoders of these show nothing before the first keyframe; others show what they can.
_NEEDS_KEYFRAME = ("h264", "av1", "vp8", "vp9", "mpeg1video", "mpeg2video")
_ALWAYS = -(2**62)
# Files of these may hold frames for reference alone, which look like any others as packets.
_HIDES_FRAMES = ("vp8", "vp9")
# A longer hole is certainly a broken clock.
_HOLE_SECONDS = 600
# Frames are reordered by less than this; a time further back belongs to another clock.
_BACK_SECONDS = 2
# Where decoding times are given, they go back only by error.
_DECODED_BACK_SECONDS = Fraction(1, 2)
# A gap of this many usual frames is no jump, however slow the frames come.
_SLOW_FRAMES = 20
# Cuts and seeks need no more keyframes than this: one each second for half a day.
MAX_KEYFRAMES = 45_000


@dataclass(frozen=True)
class Timeline:
    """When the frames of a source are shown, from its index: in ticks of the stream's time base, as
    FFmpeg shows them with -copyts (edit lists applied)."""

    keyframes: tuple[int, ...]
    """The times at which keyframes are shown, ascending; keyframes that are not shown are left
    out."""
    frames: int
    """The number of frames that are shown."""
    first_pts: int
    """The time of the first frame that is shown."""
    end_pts: int
    """The time at which the last shown frame ends."""
    constant: bool
    """Whether all frames are equally long (on the grid within half a tick)."""
    closed: bool
    """Whether no frame that is shown before a keyframe is stored after it (closed GOPs)."""
    steady: bool
    """Whether times never jump back, nor ahead by longer (in minutes) than a frame may be meant to
    stay."""
    thinned: bool = False
    """Whether there are more keyframes than `keyframes` lists."""
    rate: Fraction | None = None
    """The exact rate if it is constant; otherwise that of the grid that the frames fit on. None for
    a single frame."""
    shared: int = 0
    """The number of frames that are not seen on that grid, because a later one has the same
    place."""
    peak_bitrate: int | None = None
    """The bits per second in the two seconds that have most."""
    delay: int = 0
    """By how many ticks FFmpeg shows frames too early. All other times are as FFmpeg shows them."""
    counted: bool = False
    """Whether times come from counting frames at the rate, since FFmpeg gives some times wrong."""
    clocks: tuple[StreamClock, ...] = ()
    """The mended clock of each stream, with the places where it begins anew; all other times are
    mended too. Empty unless all streams were read."""

    def longest_gop(self, time_base: Fraction) -> float:
        """Return the most seconds from a keyframe (or the beginning) to the next one, or to the
        end."""
        borders = sorted((self.first_pts, *self.keyframes, self.end_pts))
        return float(max(b - a for a, b in pairwise(borders)) * time_base)


def read(
    path: Path,
    media: Media,
    *,
    ffmpeg: FFmpeg,
    should_stop: Callable[[], str | None] = runner.never,
    folder: Path | None = None,
) -> Timeline | None:
    """Return the timeline of `media.video`, None for audio alone and if no reliable times are
    known.

    The boxes of a plain MP4 give it in well under a second; for anything else ffprobe reads the
    packets of the whole file once. A separate, limited program reads long data, through a file in
    `folder` where needed.

    Raises `ProbeFailed` if there is too much data, `ToolMissing`, `ProcessKilled`, `Interrupted`.
    """
    video = media.video
    if video is None:
        return None
    child = apart.Reader(ffmpeg, should_stop)
    found = _from_index(path, video, child)
    if found is not None:
        return found
    asked = listing.Asked(ffmpeg, should_stop, inputs.files(path, media.hidden), folder)

    def listed(
        read: Callable[[BinaryIO, Media], Timeline | None], only: VideoStream | None
    ) -> Timeline | None:
        command = listing.argv(ffmpeg.ffprobe, media.opened(path), only)
        return _listed(command, asked, media, child, read)

    found = listed(of_packets, video)
    if found is None or media.is_mp4 or (found.steady and _ends_together(found, media, video)):
        return found
    return listed(of_broken_clock, None) or found


def _ends_together(found: Timeline, media: Media, video: VideoStream) -> bool:
    """Whether no stream goes on so long after the frames, and no audio ends so long before them,
    that its clock may have jumped."""
    if media.container not in clock.MAY_BEGIN_ANEW:
        return True
    end = float(found.end_pts * video.time_base)
    latest = max(media.start + media.claimed, media.audio_end)
    return latest - end < _HOLE_SECONDS and end - media.audio_end_of_shortest < clock.GOES_ON


def _listed(
    command: Sequence[str],
    asked: listing.Asked,
    media: Media,
    child: apart.Reader,
    read: Callable[[BinaryIO, Media], Timeline | None],
) -> Timeline | None:
    """Return the result of `read` for a listing; the child reads it if it is long."""
    limits = listing.limits(media.size)
    try:
        with asked.into_file(command, limits) as file:
            if listing.is_short(file):
                return read(file, media)
            return _timeline(child.of_listing(read.__name__, Path(file.name), media))
    except (ProcessFailed, ProcessTimedOut, OutputTooLarge):
        return None


def _from_index(path: Path, video: VideoStream, child: apart.Reader) -> Timeline | None:
    if video.track is None or video.codec not in _SAMPLE_IS_PACKET:
        return None
    if index.is_short(path, video.track):
        return of_index(path, video)
    return _timeline(child.of_index(path, video))


def _timeline(told: Mapping[str, Any] | None) -> Timeline | None:
    if told is None:
        return None
    rate = None if told["rate"] is None else Fraction(told["rate"])
    keyframes = tuple(told["keyframes"])
    return Timeline(**{**told, "keyframes": keyframes, "rate": rate, "clocks": clocks(told)})


def clocks(told: Mapping[str, Any] | None) -> tuple[StreamClock, ...]:
    """Return the clocks in the child's answer."""
    return tuple(_clock(each) for each in told["clocks"]) if told else ()


def _clock(told: Mapping[str, Any]) -> StreamClock:
    return StreamClock(**{**told, "jumps": tuple(Jump(**jump) for jump in told["jumps"])})


def of_index(path: Path, video: VideoStream) -> Timeline | None:
    """Return the timeline of an MP4 from its boxes, None if they are not plain."""
    if video.track is None:
        return None
    boxes = index.read(path, video.track)
    if boxes is None or Fraction(1, boxes.timescale) != video.time_base:
        return None
    frame_times = edits.placed(boxes)
    timeline = timeline_of(frame_times, video) if frame_times else None
    # `start_pts` is FFmpeg's own reading of the same boxes, so both must agree.
    return timeline if timeline and timeline.first_pts == video.start_pts else None


def of_packets(packets: Iterable[bytes], media: Media) -> Timeline | None:
    """Return the timeline from ffprobe's `pts,dts,duration,size,flags` of each packet of the
    frames."""
    if media.video is None:
        return None
    frame_times = parse(packets, media.video)
    return timeline_of(frame_times, media.video) if frame_times else None


def of_broken_clock(packets: BinaryIO, media: Media) -> Timeline | None:
    """Return the timeline with mended times, from ffprobe's
    `stream_index,pts,dts,duration,size,flags` of each packet of any stream; times that need no
    mending stay as they are."""
    if media.video is None:
        return None
    mended = clock.mend(packets, media.video, media.audio)
    found = of_packets(mended.listing, media)
    jumps = any(told.jumps for told in mended.clocks)
    return found and replace(found, clocks=mended.clocks, steady=found.steady and not jumps)


def parse(packets: Iterable[bytes], video: VideoStream) -> FrameTimes | None:
    """Return the shown frames of ffprobe's `pts,dts,duration,size,flags` lines; None if one has no
    time."""
    frame_times = FrameTimes()
    waiting, lines, begin = video.codec in _NEEDS_KEYFRAME, 0, _ALWAYS
    allowed, newest = int(_DECODED_BACK_SECONDS / video.time_base), _ALWAYS
    told = filter(bytes.strip, packets)
    for line in reordering.filled(told) if video.codec in reordering.CODECS else told:
        pts, dts, duration, size, flags = line.split(b",", 4)
        key = b"K" in flags
        if not _is_time(dts):
            frame_times.turns_back = None
        elif frame_times.turns_back is False:
            frame_times.turns_back = int(dts) < newest - allowed
            newest = int(dts)
        if key:
            # Frames shown before the keyframe at which decoding begins, but stored before the next
            # keyframe, need frames that are not there (open GOPs).
            begin = int(pts) if (waiting or not lines) and _is_time(pts) else _ALWAYS
            waiting = False
        lines += 1
        if waiting or b"D" in flags:
            continue
        if not _is_time(pts):
            return None
        if int(pts) >= begin:
            length = int(duration) if duration.isdigit() and _is_time(duration) else 0
            frame_times.add(int(pts), length, key=key, size=int(size) if _is_time(size) else 0)
    return frame_times


def _is_time(text: bytes) -> bool:
    return len(text) <= 18 and text.removeprefix(b"-").isdigit()


def timeline_of(frame_times: FrameTimes, video: VideoStream) -> Timeline | None:
    """Return the timeline of frames in stored order; None if there are none."""
    if not frame_times.pts:
        return None
    base, times = video.time_base, array("q", sorted(frame_times.pts))
    rate = rates.constant_rate(times, base, video.fastest_rate)
    if rate is None and video.codec in _HIDES_FRAMES:
        times = _without_hidden(times)
        rate = rates.constant_rate(times, base, video.fastest_rate)
    end = frame_times.end
    if end <= times[-1]:
        end = times[-1] + max(1, round(1 / (video.fastest_rate * base)))
    if rate is not None:
        step = 1 / (rate * base)
        # A last frame longer than the others means no constant rate; a shorter one is not believed.
        rate = rate if end - times[-1] < step * Fraction(3, 2) else None
        end = round(times[0] + len(times) * step) if rate is not None else end
    counted = rate is None and _is_counted(times, video)
    if counted:
        rate, step = video.fastest_rate, 1 / (video.fastest_rate * base)
        times = array("q", (times[0] + round(number * step) for number in range(len(times))))
        end = round(times[0] + len(times) * step)
    constant = rate is not None or len(times) == 1
    if not constant:
        rate = rates.grid_of(times, base)
        end = max(end, times[-1] + math.ceil(1 / (rate * base)))  # or the last is not seen
    keyframes = _keyframes(frame_times)
    told = _thinned(keyframes)
    return Timeline(
        keyframes=tuple(told),
        thinned=len(told) < len(keyframes),
        frames=len(times),
        first_pts=times[0],
        end_pts=end,
        constant=constant,
        rate=rate,
        shared=0 if rate is None or constant else rates.shared_places(times, rate, base),
        closed=_is_closed(frame_times),
        steady=_is_steady(frame_times, times, base),
        peak_bitrate=_peak_bitrate(frame_times, base, end - times[0]),
        delay=frame_times.delay,
        counted=counted,
    )


def _is_counted(times: array[int], video: VideoStream) -> bool:
    step = 1 / (video.fastest_rate * video.time_base)
    return video.codec in reordering.CODECS and reordering.are_counted(times, step)


def _keyframes(frame_times: FrameTimes) -> array[int]:
    return array(
        "q", sorted(pts for pts, key in zip(frame_times.pts, frame_times.keys, strict=True) if key)
    )


def _thinned(keyframes: array[int]) -> array[int]:
    """Return the keyframes, or, if there are very many, the first of each equal stretch of time."""
    if len(keyframes) <= MAX_KEYFRAMES:
        return keyframes
    first, last = keyframes[0], keyframes[-1]
    stretch = (last - first) // (MAX_KEYFRAMES - 1) + 1
    kept = array("q")
    for pts in keyframes:
        if not kept or (pts - first) // stretch > (kept[-1] - first) // stretch:
            kept.append(pts)
    return kept


def _without_hidden(times: array[int]) -> array[int]:
    """Return the times without those of frames stored a tick before the frame they help to
    decode."""
    return array("q", (a for a, b in pairwise((*times, times[-1] + 2)) if b - a > 1))


def _is_closed(frame_times: FrameTimes) -> bool:
    newest = _ALWAYS
    for pts, key in zip(frame_times.pts, frame_times.keys, strict=True):
        if pts < newest:
            return False
        if key:
            newest = pts
    return True


def _peak_bitrate(frame_times: FrameTimes, base: Fraction, ticks: int) -> int | None:
    """Return the highest bitrate of any two whole seconds in a row; `ticks` is the length of the
    whole."""
    second = max(1, round(1 / base))
    spent: dict[int, int] = {}
    for pts, size in zip(frame_times.pts, frame_times.sizes, strict=True):
        spent[pts // second] = spent.get(pts // second, 0) + size
    most = max(size + spent.get(at + 1, 0) for at, size in spent.items())
    seconds = min(2.0, max(float(ticks * base), float(second * base)))
    return round(most * 8 / seconds) or None


def _is_steady(frame_times: FrameTimes, times: array[int], base: Fraction) -> bool:
    steps = sorted(b - a for a, b in pairwise(times))
    slow = _SLOW_FRAMES * steps[len(steps) // 2] if steps else 0
    if steps and steps[-1] > max(slow, int(_HOLE_SECONDS / base)):
        return False
    if frame_times.turns_back is not None:
        return not frame_times.turns_back
    back = max(slow, int(_BACK_SECONDS / base))
    newest = accumulate(frame_times.pts, max)
    return all(top - pts <= back for top, pts in zip(newest, frame_times.pts, strict=True))
