"""Checks the output before anyone can see it. The checks are pure, and report instead of raising.

The pipeline uses them before it lists a chunk and before it completes a release; the tests use them
too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from processing.ffmpeg.errors import MediaError
from processing.packaging.track import Track

# The share of a frame's duration that a time may be off.
_ROUNDED = 0.25
# Samples in an access unit; also ticks, because the timescale of audio is its rate.
_UNIT_SAMPLES = {"mp4a.40.2": 1024, "opus": 960}


@dataclass(frozen=True)
class Violation:
    """A fault: a stable `code` and a sentence. Without `must` it is a warning, which is reported
    but hides nothing."""

    code: str
    message: str
    must: bool = True


class CheckFailed(MediaError):
    """Raised when an output must not be shown; `findings` say why."""

    code = "output_invalid"
    message = "The output did not pass its checks."

    def __init__(self, findings: Sequence[Violation]) -> None:
        super().__init__(" ".join(finding.message for finding in findings[:5]))
        self.findings = tuple(findings)


def require(findings: Iterable[Violation]) -> None:
    """Raise `CheckFailed` if one of the violations is a `must`."""
    found = tuple(finding for finding in findings if finding.must)
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
    rate: Fraction | None = None,
    composed: bool = True,
) -> list[Violation]:
    """Check one file of one track: its first sample is at `start` ticks and no gap follows; it has
    `frames` frames, give or take `tolerance`; its frame size; the `rate` of its frames. With
    `composed` no composition offset may be below 0, because some readers take one for a delay of
    all frames."""
    if not track.fragments:
        return [Violation("empty", "The track has no fragments.")]
    found: list[Violation] = []
    if not track.upright:
        found.append(Violation("turned", "The display matrix rotates an upright picture."))
    expected = start
    for number, fragment in enumerate(track.fragments):
        found += _check_fragment(track, number, expected, rate)
        expected = fragment.start + fragment.duration
    if composed and any(fragment.least_offset < 0 for fragment in track.fragments):
        found.append(Violation("composition", "Frames are shown before they are decoded."))
    found += _check_units(track)
    counted = sum(fragment.samples for fragment in track.fragments)
    if frames is not None and abs(counted - frames) > tolerance:
        found.append(
            Violation("frame_count", f"The track has {counted} frames instead of {frames}.")
        )
    if width is not None and height is not None and (track.width, track.height) != (width, height):
        size = f"{track.width}x{track.height} instead of {width}x{height}"
        found.append(Violation("picture_size", f"The frame is {size}."))
    return found


def _check_fragment(
    track: Track, number: int, expected: int, rate: Fraction | None
) -> list[Violation]:
    """Check a fragment by itself: it plays alone, and from its first tick to its last."""
    fragment, found = track.fragments[number], []
    if not fragment.starts_with_sync:
        found.append(Violation("no_sync", f"Fragment {number} does not start with a keyframe."))
    if fragment.own_parameters:
        message = f"Fragment {number} has parameter sets the init segment does not have."
        found.append(Violation("own_parameters", message))
    if fragment.start != expected:
        message = f"Fragment {number} starts at {fragment.start}, not at {expected} ticks."
        found.append(Violation("not_continuous", message))
    # Copied timestamps may be rounded; a frame late because of reordering is late by a whole frame.
    late = abs(fragment.composition_start - fragment.start) * fragment.samples
    if late > fragment.duration * _ROUNDED:
        shown = f"is shown at {fragment.composition_start} ticks instead of {fragment.start}"
        found.append(Violation("late_start", f"The first frame of fragment {number} {shown}."))
    if not fragment.evenly_shown:
        found.append(Violation("uneven", f"Frames of fragment {number} are missing or doubled."))
    if rate is not None and fragment.duration * rate != fragment.samples * track.timescale:
        real = fragment.samples * track.timescale / fragment.duration if fragment.duration else 0.0
        message = f"Fragment {number} has {real:.3f} frames a second instead of {float(rate):.3f}."
        found.append(Violation("frame_rate", message))
    return found


def _check_units(track: Track) -> Iterator[Violation]:
    """Check that access units of audio have the length of their codec; only the very last one may
    be shorter, where the audio ends."""
    unit = _UNIT_SAMPLES.get(track.codecs)
    if track.handler != "soun" or unit is None:
        return
    for number, fragment in enumerate(track.fragments):
        last = number == len(track.fragments) - 1
        shortest, longest = fragment.units or (unit, unit)
        ends_well = fragment.last_unit == unit or (last and 0 < fragment.last_unit < unit)
        if (shortest, longest) != (unit, unit) or not ends_well:
            message = f"Access units of fragment {number} do not last {unit} samples."
            yield Violation("access_units", message)


def check_alignment(tracks: Mapping[str, Track]) -> list[Violation]:
    """Check renditions of one chunk and codec: they have the same timescale, and fragments that
    start together."""
    found: list[Violation] = []
    firsts: dict[str, str] = {}
    for name, track in tracks.items():
        first = firsts.setdefault(track.codec, name)
        if _borders(track) != _borders(tracks[first]):
            message = f"The segments of {name} are not aligned with those of {first}."
            found.append(Violation("not_aligned", message))
    return found


def _borders(track: Track) -> tuple[int, list[tuple[int, int]]]:
    return track.timescale, [(fragment.start, fragment.duration) for fragment in track.fragments]
