"""Checks a whole release by its database rows, and by the playlists a player would receive.

The rules are the ones of Apple's HLS rules that a program can check, and the format of our own
chunks. `stored_checks` compares the contents of the files with the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from processing.ffmpeg.output_format import BANDWIDTH_TOLERANCE, MAX_FRAME_RATE
from processing.packaging import codecs, hls
from processing.packaging.checker import Violation
from processing.packaging.kinds import Kind
from processing.packaging.playlist_checks import check_playlists
from processing.packaging.release import StoredChunk, StoredRendition, measured, video_renditions
from processing.packaging.segments import Segment

# Apple: no segment longer than the target by more than this; bandwidths correct within 10 %; a peak
# of at most twice the average; at most 60 frames a second.
OVERLONG_SECONDS = 0.5
_PEAK_FACTOR = 2
# An end of audio this far from that of the frames is audible; a smaller difference is the end of a
# packet or a frame.
_LENGTH_SECONDS = 0.5
_LENGTH_NOTED = 0.1
# A frame larger than this can also be made smaller.
_SMALL_SIDE = 360
_ASPECT_TOLERANCE = 0.02
_CODECS = {codec.name: codec.strings for codec in codecs.CODECS}


def check_release(
    renditions: Sequence[StoredRendition], *, target: int = 0, duration: float | None = None
) -> list[Violation]:
    """Check a release that is to be complete: each rendition by itself, all of them together, and
    the playlists. `target` is the target duration that was declared while the release grew (0:
    none), `duration` the expected seconds, if known."""
    video = [rendition for rendition in renditions if rendition.kind == Kind.VIDEO]
    audio = [rendition for rendition in renditions if rendition.kind == Kind.AUDIO]
    found = [f for one in renditions for f in _check_rendition(one, target)]
    if not renditions:
        return [Violation("empty", "The release has no renditions.")]
    if any(finding.must and finding.code == "empty" for finding in found):
        return found
    found += [f for rungs in video_renditions(video).values() for f in _check_rungs(rungs)]
    found += _check_choice(video)
    found += _check_lengths(video, audio, duration)
    return found + check_playlists(renditions, target=target)


def _check_rendition(rendition: StoredRendition, target: int) -> Iterator[Violation]:
    name = rendition.name
    every = [segment for chunk in rendition.chunks for segment in chunk.segments]
    if not every or rendition.timescale <= 0:
        yield Violation("empty", f"{name} has no segments.")
        return
    if [chunk.number for chunk in rendition.chunks] != list(range(len(rendition.chunks))):
        yield Violation("chunk_missing", f"Chunks of {name} are missing.")
    yield from _check_order(rendition, every)
    for chunk in rendition.chunks:
        yield from _check_ranges(name, chunk)
    yield from _check_segments(rendition, every, target)
    yield from _check_bandwidths(rendition, target)
    yield from _check_description(rendition)


def _check_order(rendition: StoredRendition, every: Sequence[Segment]) -> Iterator[Violation]:
    """Check that each tick belongs to one segment and one chunk, from 0 on."""
    if every[0].start != 0:
        yield Violation("not_continuous", f"{rendition.name} does not start at 0.")
    for number, (before, after) in enumerate(pairwise(every), 1):
        if after.start != before.end:
            message = f"Segment {number} of {rendition.name} does not follow the one before."
            yield Violation("not_continuous", message)
    for chunk in rendition.chunks:
        inside = chunk.segments
        if not inside or (chunk.start, chunk.start + chunk.duration) != (
            inside[0].start,
            inside[-1].end,
        ):
            message = f"Chunk {chunk.number} of {rendition.name} differs from its segments."
            yield Violation("not_continuous", message)


def _check_ranges(name: str, chunk: StoredChunk) -> Iterator[Violation]:
    """Check that each byte of a file belongs to the init segment or to one segment, and that
    keyframes are inside the segments."""
    offset = chunk.init_size
    for segment in chunk.segments:
        if segment.offset != offset or segment.size <= 0:
            message = f"A segment of chunk {chunk.number} of {name} has the wrong bytes."
            yield Violation("ranges", message)
        offset = segment.offset + segment.size
        inside = all(
            segment.offset <= keyframe.offset
            and keyframe.size > 0
            and keyframe.offset + keyframe.size <= offset
            for keyframe in segment.keyframes
        )
        lasting = sum(keyframe.duration for keyframe in segment.keyframes)
        if not inside or lasting not in (0, segment.duration):
            message = f"The keyframes of chunk {chunk.number} of {name} are not in its segments."
            yield Violation("keyframe_ranges", message)
    if offset != chunk.size:
        yield Violation("ranges", f"Chunk {chunk.number} of {name} has bytes that no segment has.")


def _check_segments(
    rendition: StoredRendition, every: Sequence[Segment], target: int
) -> Iterator[Violation]:
    rate = rendition.frame_rate
    limit = max(target, 1) if target else hls.target_duration(rendition.refs)
    for number, segment in enumerate(every):
        seconds = segment.duration / rendition.timescale
        if seconds <= 0:
            yield Violation(
                "not_continuous", f"Segment {number} of {rendition.name} has no duration."
            )
        if seconds > limit + OVERLONG_SECONDS or int(seconds + 0.5) > limit:
            message = f"Segment {number} of {rendition.name} lasts {seconds:.3f} s, over {limit} s."
            yield Violation("overlong", message)
        if rate and abs(Fraction(segment.duration, rendition.timescale) - segment.frames / rate) > (
            1 / rate
        ):
            message = f"Segment {number} of {rendition.name} has {segment.frames} frames."
            yield Violation("frame_rate", f"{message} That is not its rate.")


def _check_bandwidths(rendition: StoredRendition, target: int) -> Iterator[Violation]:
    """Check that the bandwidths are within 10 % of the actual sizes."""
    real, name = measured(rendition, target=target), rendition.name
    peak, average = real.bandwidth, real.average_bandwidth
    for code, told, there in (
        ("average_bandwidth", rendition.average_bandwidth, average),
        ("bandwidth", rendition.bandwidth, peak),
        ("iframe_bandwidth", rendition.iframe_bandwidth, real.iframe_bandwidth),
    ):
        if told != there and abs(there - told) > there * BANDWIDTH_TOLERANCE:
            label = code.upper().replace("_", "-")
            yield Violation(code, f"{label} of {name} is told as {told} and is {there} bits/s.")
    if rendition.kind == Kind.VIDEO and peak > average * _PEAK_FACTOR:
        message = f"The peak of {name} is {peak / average:.1f} times its average."
        yield Violation("peaky", message, must=False)


def _check_description(rendition: StoredRendition) -> Iterator[Violation]:
    name, rate = rendition.name, rendition.frame_rate
    if not re.fullmatch(_CODECS.get(rendition.codec, "(?!)"), rendition.codecs):
        yield Violation("codecs", f"{name} has the codecs {rendition.codecs!r}.")
    if rendition.kind == Kind.AUDIO:
        if rendition.channels < 1:
            yield Violation("channels", f"{name} tells no channels.")
        return
    if min(rendition.width, rendition.height) < 2 or rendition.width % 2 or rendition.height % 2:
        message = f"The frame of {name} is {rendition.width}x{rendition.height}."
        yield Violation("picture_size", message)
    if rate is None or not 0 < rate <= MAX_FRAME_RATE:
        yield Violation("frame_rate", f"{name} has {rate} frames a second.")


def _check_rungs(video: Sequence[StoredRendition]) -> Iterator[Violation]:
    """Check that every rung can take over from every other of its codec at every segment."""
    first = video[0]
    for rung in video[1:]:
        if _borders(rung) != _borders(first):
            message = f"The segments of {rung.name} are not aligned with those of {first.name}."
            yield Violation("not_aligned", message)
        wide, tall = rung.width * first.height, rung.height * first.width
        # Sides are even numbers: a difference of two pixels is no other shape.
        slack = _ASPECT_TOLERANCE * max(wide, tall) + 2 * max(first.width, first.height)
        if abs(wide - tall) > slack:
            message = f"{rung.name} has another shape than {first.name}."
            yield Violation("aspect_ratio", message, must=False)


def _check_choice(video: Sequence[StoredRendition]) -> Iterator[Violation]:
    """Check that a viewer with a slow connection has a smaller rung."""
    if len(video) == 1 and min(video[0].width, video[0].height) > _SMALL_SIDE:
        yield Violation("single_rung", "There is only one bitrate.", must=False)


def _borders(rendition: StoredRendition) -> list[tuple[Fraction, Fraction]]:
    return [
        (Fraction(s.start, rendition.timescale), Fraction(s.end, rendition.timescale))
        for chunk in rendition.chunks
        for s in chunk.segments
    ]


def _check_lengths(
    video: Sequence[StoredRendition], audio: Sequence[StoredRendition], duration: float | None
) -> Iterator[Violation]:
    """Check that audio is as long as the frames, and that the release has its full length."""
    reference = [*video, *audio][0].seconds
    for track in [*video, *audio][1:]:
        apart = abs(track.seconds - reference)
        if apart > _LENGTH_NOTED:
            message = f"{track.name} lasts {track.seconds:.3f} s instead of {reference:.3f} s."
            yield Violation("length", message, must=apart > _LENGTH_SECONDS)
    if duration is not None and abs(reference - duration) > 1:
        message = f"The release lasts {reference:.3f} s instead of {duration:.3f} s."
        yield Violation("length", message)
