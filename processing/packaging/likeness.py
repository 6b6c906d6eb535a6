"""Compares samples of the output with samples of its source (`encoding.samples`): the same frames
are in the same places, no frame that differs is lost, and there is audio wherever the source has
some."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from fractions import Fraction
from operator import sub
from pathlib import Path

from processing.ffmpeg.encoding import samples
from processing.packaging.checker import Violation

# The mean difference of two frames in grey levels, of 255. Encoding changes a frame by a few, and
# converting light before or after scaling by some more.
_ANOTHER_FRAME = 20.0
# From the first value on, a source frame clearly differs from the one before; below the second, an
# output frame does not differ at all.
_CLEARLY_NEW, _THE_SAME = 2.0, 0.4
# Audio is compared by the peaks, of 32768, of pieces of a twentieth of a second.
_PIECE = samples.RATE // 20
_PIECE_SECONDS = _PIECE / samples.RATE
_HEARD, _SILENT = 32_768 // 32, 32_768 // 200
# Encoders and resampling move the edge of an audio track by less than this.
_NEAR = 2
_LOST_SECONDS = 0.1


def check_frames(
    name: str, source: Path, made: Path, *, rate: Fraction, allowed: int
) -> Iterator[Violation]:
    """Check the frames of a rendition with ``rate`` frames a second; ``allowed`` is how many more
    or fewer it may have."""
    theirs, ours = _count(source), _count(made)
    if abs(theirs - ours) > allowed:
        message = f"{name} has {ours} frames, the source {theirs}."
        yield Violation("source_frames", message)
    differing, changes, kept = [], array("f"), array("f")
    around = _around(source)
    before = b""
    for place, ((last, now, following), frame) in enumerate(
        zip(around, _frames(made), strict=False)
    ):
        near = (now, last or now, following or now)
        if all(_apart(one, frame) > _ANOTHER_FRAME for one in near):
            differing.append(place)
        changes.append(_apart(last, now) if last else 0.0)
        kept.append(_apart(before, frame) if before else 0.0)
        before = frame
    if differing:
        first = float(differing[0] / rate)
        message = f"{name} shows {len(differing)} other frames than the source, from {first:.2f} s."
        yield Violation("source_pictures", message)
    new = [place for place, change in enumerate(changes) if change > _CLEARLY_NEW]
    lost = [at for at in new if max(kept[max(0, at - 1) : at + 2], default=0.0) < _THE_SAME]
    if lost:
        message = f"{name} lacks {len(lost)} of {len(new)} frames that differ from the one before."
        yield Violation("source_distinct", message)


def check_audio(name: str, source: Path, made: Path) -> Iterator[Violation]:
    """Check the audio of a rendition."""
    theirs, ours = _peaks(source), _peaks(made)
    missing = (len(theirs) - len(ours)) * _PIECE_SECONDS
    if missing > _LOST_SECONDS:
        yield Violation("source_sound", f"{name} ends {missing:.1f} s before the source's audio.")
    silent = sum(
        peak > _HEARD and max(ours[max(0, at - _NEAR) : at + _NEAR + 1]) < _SILENT
        for at, peak in enumerate(theirs[: len(ours)])
    )
    seconds = silent * _PIECE_SECONDS
    if seconds > _LOST_SECONDS:
        yield Violation(
            "source_sound", f"{name} is silent for {seconds:.1f} s of the source's audio."
        )


def _count(path: Path) -> int:
    return path.stat().st_size // samples.FRAME_BYTES if path.exists() else 0


def _frames(path: Path) -> Iterator[bytes]:
    if not path.exists():
        return
    with path.open("rb") as file:
        while len(frame := file.read(samples.FRAME_BYTES)) == samples.FRAME_BYTES:
            yield frame


def _around(path: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield each frame with the one before and the one after; empty if there is none."""
    last = now = b""
    for following in _frames(path):
        if now:
            yield last, now, following
        last, now = now, following
    if now:
        yield last, now, b""


def _apart(one: bytes, other: bytes) -> float:
    levels: int = sum(map(abs, map(sub, one, other)))
    return levels / samples.FRAME_BYTES


def _peaks(path: Path) -> array[int]:
    """Return the loudest sample of each piece."""
    found = array("l")
    if not path.exists():
        return found
    with path.open("rb") as file:
        while data := file.read(2 * _PIECE):
            piece = array("h", data[: len(data) // 2 * 2])
            if piece:
                highest, lowest = max(piece), min(piece)
                found.append(max(highest, -lowest))
    return found
