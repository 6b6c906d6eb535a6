"""Checks what was made before anyone can see it: pure, and telling instead of raising.

Used by the pipeline before a chunk is listed and before a release is complete, and by the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from processing.ffmpeg.errors import MediaError
from processing.packaging.boxes import Track
from processing.packaging.hls import MediaSegmentRef, bandwidths
from processing.packaging.segments import Segment

# Apple: no segment longer than the target by more than this; bandwidths true within 10 %.
_OVERLONG_SECONDS = 0.5
_BANDWIDTH_TOLERANCE = 0.1


@dataclass(frozen=True)
class Finding:
    """Something wrong: a stable `code` and a sentence."""

    code: str
    message: str


class CheckFailed(MediaError):
    """Raised when something that was made must not be shown; `findings` say why."""

    code = "output_invalid"
    message = "What was made did not pass the check."

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(" ".join(finding.message for finding in findings[:5]))
        self.findings = tuple(findings)


def require(findings: Iterable[Finding]) -> None:
    """Raise `CheckFailed` when there is any finding."""
    found = tuple(findings)
    if found:
        raise CheckFailed(found)


def check_chunk(
    track: Track,
    *,
    start: int = 0,
    frames: int | None = None,
    tolerance: int = 1,
    width: int | None = None,
    height: int | None = None,
) -> list[Finding]:
    """One file of one track: `start` ticks at its first sample, and no gap after it; `frames` it
    should have, give or take `tolerance`; its picture size."""
    if not track.fragments:
        return [Finding("empty", "The track has no fragments.")]
    found: list[Finding] = []
    expected = start
    for number, fragment in enumerate(track.fragments):
        if not fragment.starts_with_sync:
            found.append(Finding("no_sync", f"Fragment {number} does not start with a keyframe."))
        if fragment.start != expected:
            message = f"Fragment {number} starts at {fragment.start}, not at {expected} ticks."
            found.append(Finding("not_continuous", message))
        expected = fragment.start + fragment.duration
    if track.fragments[0].composition_start != start:
        message = f"The first picture is shown at {track.fragments[0].composition_start} ticks."
        found.append(Finding("late_start", message))
    counted = sum(fragment.samples for fragment in track.fragments)
    if frames is not None and abs(counted - frames) > tolerance:
        found.append(Finding("frame_count", f"The track has {counted} frames instead of {frames}."))
    if width is not None and height is not None and (track.width, track.height) != (width, height):
        size = f"{track.width}x{track.height} instead of {width}x{height}"
        found.append(Finding("picture_size", f"The picture is {size}."))
    return found


def check_alignment(tracks: Mapping[str, Track]) -> list[Finding]:
    """Renditions of one chunk: the same timescale, and fragments that start together."""
    found: list[Finding] = []
    first: tuple[str, Track] | None = None
    for name, track in tracks.items():
        if first is None:
            first = (name, track)
        elif _borders(track) != _borders(first[1]):
            message = f"The segments of {name} are not aligned with those of {first[0]}."
            found.append(Finding("not_aligned", message))
    return found


def _borders(track: Track) -> tuple[int, list[tuple[int, int]]]:
    return track.timescale, [(fragment.start, fragment.duration) for fragment in track.fragments]


@dataclass(frozen=True)
class ReleaseTrack:
    """One rendition as it is to be published: its segments in order over all chunks, what its
    playlist tells (`extinf` seconds each; bits per second of this track alone) and the target
    in seconds."""

    name: str
    timescale: int
    segments: Sequence[Segment]
    target_seconds: float
    bandwidth: int
    average_bandwidth: int
    extinf: Sequence[float] = field(default=())

    @property
    def seconds(self) -> float:
        """What all its segments last."""
        return sum(segment.duration for segment in self.segments) / self.timescale


def check_release(
    renditions: Sequence[ReleaseTrack],
    audio: Sequence[ReleaseTrack] = (),
    *,
    duration: float | None = None,
) -> list[Finding]:
    """A whole release: each track by itself, pictures aligned over renditions, sound as long as
    the pictures (half a second apart at most), and `duration` seconds if that is known."""
    found = [finding for track in [*renditions, *audio] for finding in _check_track(track)]
    for track in renditions[1:]:
        if _starts(track) != _starts(renditions[0]):
            message = f"The segments of {track.name} are not aligned with the others."
            found.append(Finding("not_aligned", message))
    reference = renditions[0].seconds if renditions else duration
    for track in audio:
        if reference is not None and abs(track.seconds - reference) > _OVERLONG_SECONDS:
            message = f"{track.name} lasts {track.seconds:.3f} s instead of {reference:.3f} s."
            found.append(Finding("length", message))
    if duration is not None and renditions and abs(renditions[0].seconds - duration) > 1:
        message = f"The video lasts {renditions[0].seconds:.3f} s instead of {duration:.3f} s."
        found.append(Finding("length", message))
    return found


def _starts(track: ReleaseTrack) -> list[int]:
    return [round(segment.start / track.timescale * 1000) for segment in track.segments]


def _check_track(track: ReleaseTrack) -> list[Finding]:
    if not track.segments or track.timescale <= 0:
        return [Finding("empty", f"{track.name} has no segments.")]
    found: list[Finding] = []
    expected = 0
    for number, segment in enumerate(track.segments):
        if segment.start != expected:
            message = f"Segment {number} of {track.name} does not follow the one before."
            found.append(Finding("not_continuous", message))
        expected = segment.end
        if segment.duration / track.timescale > track.target_seconds + _OVERLONG_SECONDS:
            found.append(Finding("overlong", f"Segment {number} of {track.name} is too long."))
    return [*found, *_check_extinf(track), *_check_bandwidth(track)]


def _check_extinf(track: ReleaseTrack) -> list[Finding]:
    if track.extinf and abs(sum(track.extinf) - track.seconds) > 1 / 60:
        told, real = sum(track.extinf), track.seconds
        return [Finding("extinf", f"{track.name} tells {told:.3f} s and lasts {real:.3f} s.")]
    return []


def _check_bandwidth(track: ReleaseTrack) -> list[Finding]:
    """Both numbers within 10 % of the sizes there are."""
    refs = [
        MediaSegmentRef("", segment.offset, segment.size, segment.duration / track.timescale)
        for segment in track.segments
    ]
    peak, average = bandwidths(refs)
    found: list[Finding] = []
    if abs(average - track.average_bandwidth) > average * _BANDWIDTH_TOLERANCE:
        found.append(Finding("average_bandwidth", f"AVERAGE-BANDWIDTH of {track.name} is wrong."))
    if abs(peak - track.bandwidth) > peak * _BANDWIDTH_TOLERANCE:
        found.append(Finding("bandwidth", f"BANDWIDTH of {track.name} is wrong."))
    return found
