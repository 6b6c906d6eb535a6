"""When the pictures of a source are shown: what cutting it into chunks is planned from."""

from __future__ import annotations

import io
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import OutputTooLarge, ProcessFailed, ProcessTimedOut
from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.probing import apart, edits, index, rates
from processing.ffmpeg.probing.edits import Pictures
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.sandbox import Sandbox

# Codecs FFmpeg takes from MP4 packet by packet, so that samples of the index are its packets.
_SAMPLE_IS_PACKET = ("h264", "hevc", "av1", "mpeg4", "mjpeg", "prores", "dnxhd", "h263", "png")
# Their decoders show nothing before the first keyframe; others show what they can.
_NEEDS_KEYFRAME = ("h264", "av1", "vp8", "vp9", "mpeg1video", "mpeg2video")
_ALWAYS = -(2**62)
# Their files may hold pictures for reference alone, which packets do not tell from others.
_HIDES_PICTURES = ("vp8", "vp9")
# A longer hole is a broken clock where clocks are known to break, and anywhere else beyond doubt.
_HOLE_SECONDS = {True: 2, False: 600}
# Pictures are reordered by less than this; what goes further back has another clock.
_BACK_SECONDS = 2
# So many usual pictures are no jump, however slow they come.
_SLOW_PICTURES = 20
_WALL_SECONDS = 60
_BYTES_PER_SECOND = 25_000_000
_MEMORY_BYTES = 2 * 1024**3
# Bytes of ffprobe's list that are read in some hundredths of a second.
_SHORT_LIST = 500_000
# No more keyframes are told than cuts and seeks can use: one each second for half a day.
MAX_KEYFRAMES = 45_000


@dataclass(frozen=True)
class Timeline:
    """When the pictures of a source are shown, from its index: ticks of the stream's time base,
    as FFmpeg shows them with -copyts (edit lists applied)."""

    keyframes: tuple[int, ...]
    """When keyframes that are shown are shown, ascending."""
    frames: int
    """Pictures that are shown."""
    first_pts: int
    """Of the first picture that is shown."""
    end_pts: int
    """Where the last shown picture ends."""
    constant: bool
    """All pictures are equally long (on the grid within half a tick)."""
    closed: bool
    """No picture that is shown before a keyframe is stored after it (closed GOPs)."""
    steady: bool
    """Times never jump back, nor ahead by seconds (2 s in transport and program streams, whose
    clocks may break; minutes elsewhere, where a picture may be meant to stay)."""
    thinned: bool = False
    """There are more keyframes than are told."""

    def longest_gop(self, time_base: Fraction) -> float:
        """Seconds from a keyframe (or the beginning) to the next, or to the end, at most."""
        borders = sorted((self.first_pts, *self.keyframes, self.end_pts))
        return float(max(b - a for a, b in pairwise(borders)) * time_base)


def read(
    path: Path,
    media: Media,
    *,
    ffprobe: str,
    sandbox: Sandbox,
    should_stop: Callable[[], str | None] = runner.never,
    folder: Path | None = None,
) -> Timeline | None:
    """The timeline of `media.video`, None for sound alone and where nothing reliable is told.

    A plain MP4 tells it by its boxes in well under a second; anything else has its packets read
    by ffprobe, the whole file once. Whatever is long is read by a limited program of its own,
    through a file in `folder` where it has to be.
    Raises `ProbeFailed` where that is too much, `ToolMissing`, `ProcessKilled`, `Interrupted`.
    """
    video = media.video
    if video is None:
        return None
    child = apart.Reader(sandbox, should_stop, folder)
    found = _from_index(path, video, child)
    if found is not None:
        return found
    described = _ask(_argv(ffprobe, path, media, video), path, media.size, sandbox, should_stop)
    if described is None:
        return None
    if len(described) <= _SHORT_LIST:
        return of_packets(described, video, jumps=media.clock_may_jump)
    return _timeline(child.of_packets(described, video, jumps=media.clock_may_jump))


def _from_index(path: Path, video: VideoStream, child: apart.Reader) -> Timeline | None:
    if video.track is None or video.codec not in _SAMPLE_IS_PACKET:
        return None
    if index.is_short(path, video.track):
        return of_index(path, video)
    return _timeline(child.of_index(path, video))


def _timeline(told: Mapping[str, Any] | None) -> Timeline | None:
    return None if told is None else Timeline(**{**told, "keyframes": tuple(told["keyframes"])})


def of_index(path: Path, video: VideoStream) -> Timeline | None:
    """The timeline of an MP4 by its boxes, None where they are not plain."""
    if video.track is None:
        return None
    boxes = index.read(path, video.track)
    if boxes is None or Fraction(1, boxes.timescale) != video.time_base:
        return None
    pictures = edits.placed(boxes)
    timeline = of(pictures, video, jumps=False) if pictures else None
    # FFmpeg's own reading of the same boxes told the start.
    return timeline if timeline and timeline.first_pts == video.start_pts else None


def of_packets(packets: bytes, video: VideoStream, *, jumps: bool) -> Timeline | None:
    """The timeline of what ffprobe told of each packet."""
    pictures = parse(packets, video)
    return of(pictures, video, jumps=jumps) if pictures else None


def _argv(ffprobe: str, path: Path, media: Media, video: VideoStream) -> list[str]:
    shown = ["-v", "error", "-select_streams", str(video.index)]
    shown += ["-show_entries", "packet=pts,duration,flags", "-of", "csv=p=0"]
    return [ffprobe, *shown, *inputs.opened(path, beside=media.beside)]


def _ask(
    command: list[str],
    path: Path,
    size: int,
    sandbox: Sandbox,
    should_stop: Callable[[], str | None],
) -> bytes | None:
    wall = _WALL_SECONDS + size / _BYTES_PER_SECOND
    try:
        return runner.run(
            command,
            limits=runner.Limits(wall, memory_bytes=_MEMORY_BYTES),
            sandbox=sandbox, reads=[path], writes=None, should_stop=should_stop,
        ).stdout  # fmt: skip
    except (ProcessFailed, ProcessTimedOut, OutputTooLarge):
        return None


def parse(packets: bytes, video: VideoStream) -> Pictures | None:
    """The shown pictures of ffprobe's `pts,duration,flags` lines; None when one has no time."""
    pictures = Pictures()
    waiting, lines, begin = video.codec in _NEEDS_KEYFRAME, 0, _ALWAYS
    for line in filter(bytes.strip, io.BytesIO(packets)):
        pts, _, rest = line.partition(b",")
        duration, _, flags = rest.partition(b",")
        key = b"K" in flags
        if key:
            # What is shown before the keyframe one begins with, and stored before the next one,
            # needs pictures that are not there (open GOPs).
            begin = int(pts) if (waiting or not lines) and _is_time(pts) else _ALWAYS
            waiting = False
        lines += 1
        if waiting or b"D" in flags:
            continue
        if not _is_time(pts):
            return None
        if int(pts) >= begin:
            length = int(duration) if duration.isdigit() and _is_time(duration) else 0
            pictures.add(int(pts), length, key=key)
    return pictures


def _is_time(text: bytes) -> bool:
    return len(text) <= 18 and text.removeprefix(b"-").isdigit()


def of(pictures: Pictures, video: VideoStream, *, jumps: bool) -> Timeline | None:
    """The timeline of pictures in stored order; None without any."""
    if not pictures.pts:
        return None
    base, times = video.time_base, array("q", sorted(pictures.pts))
    rate = rates.constant_rate(times, base, video.fastest_rate)
    if rate is None and video.codec in _HIDES_PICTURES:
        shown = _without_hidden(times)
        rate = rates.constant_rate(shown, base, video.fastest_rate)
        times = times if rate is None else shown
    end = pictures.end
    if end <= times[-1]:
        end = times[-1] + max(1, round(1 / (video.fastest_rate * base)))
    if rate is not None:
        step = 1 / (rate * base)
        # A last picture that stays longer than the others is not constant; a shorter one is a lie.
        rate = rate if end - times[-1] < step * Fraction(3, 2) else None
        end = round(times[0] + len(times) * step) if rate is not None else end
    keyframes = _keyframes(pictures)
    told = _thinned(keyframes)
    return Timeline(
        keyframes=tuple(told),
        thinned=len(told) < len(keyframes),
        frames=len(times),
        first_pts=times[0],
        end_pts=end,
        constant=rate is not None or len(times) == 1,
        closed=_is_closed(pictures),
        steady=_is_steady(pictures, times, base, jumps),
    )


def _keyframes(pictures: Pictures) -> array[int]:
    return array(
        "q", sorted(pts for pts, key in zip(pictures.pts, pictures.keys, strict=True) if key)
    )


def _thinned(keyframes: array[int]) -> array[int]:
    """The keyframes, or where there are very many the first of each equal stretch of time."""
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
    """The times without pictures stored a tick before the one they help to decode."""
    return array("q", (a for a, b in pairwise((*times, times[-1] + 2)) if b - a > 1))


def _is_closed(pictures: Pictures) -> bool:
    newest = _ALWAYS
    for pts, key in zip(pictures.pts, pictures.keys, strict=True):
        if pts < newest:
            return False
        if key:
            newest = pts
    return True


def _is_steady(pictures: Pictures, times: array[int], base: Fraction, jumps: bool) -> bool:
    steps = sorted(b - a for a, b in pairwise(times))
    slow = _SLOW_PICTURES * steps[len(steps) // 2] if steps else 0
    if steps and steps[-1] > max(slow, int(_HOLE_SECONDS[jumps] / base)):
        return False
    back = max(slow, int(_BACK_SECONDS / base))
    newest = accumulate(pictures.pts, max)
    return all(top - pts <= back for top, pts in zip(newest, pictures.pts, strict=True))
