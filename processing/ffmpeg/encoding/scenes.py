"""Perceptual hashes of a video's scenes, by which copies of it are found.

The hash is the 64 bits of a dHash: whether each of 8 by 8 pixels of a tiny grey picture is brighter
than its neighbour on the right. It outlives another size, another encode and other brightness.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import printed

MOST_SCENES = 32
_WIDE, _HIGH = 9, 8
_PIXELS = _WIDE * _HIGH
# A step of fewer grey levels than this is noise of the encode.
_STEP = 3
# Frames of a single tone, of a title on black or of a plain gradient look like many others.
_LEAST_CONTRAST = 24
_LEAST_BITS, _MOST_BITS = 12, 52
# Frames that follow each other and differ by fewer bits than this are one scene.
_NEW_SCENE = 11
_KEY = "lavfi.signalstats.YAVG"
_GREY, _TIMES = "scenes.gray", "scenes.txt"


@dataclass(frozen=True)
class Scene:
    """A frame that stands for a scene: its ``time`` in seconds, the 64 bits of its hash, and how
    much ``detail`` it has: the sum of the steps from pixel to pixel."""

    time: float
    bits: int
    detail: int = 0


def command(ffmpeg: str, source: Path, folder: Path) -> list[str]:
    """Return the command that makes a tiny grey picture of each keyframe; `read` reads them."""
    chain = [
        f"scale={_WIDE}:{_HIGH}:flags=area",
        "signalstats",
        printed.into(folder / _TIMES, _KEY),
        "format=gray",
    ]
    return [
        *[ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"],
        *["-threads", "1", "-skip_frame", "nokey", *inputs.opened(source), "-map", "0:v:0"],
        *["-vf", ",".join(chain), "-fps_mode", "passthrough", "-f", "rawvideo"],
        str(folder / _GREY),
    ]


def read(folder: Path) -> list[Scene]:
    """Return the scenes of the pictures that the command made, at most MOST_SCENES, by time."""
    return chosen(_hashed(folder))


def _hashed(folder: Path) -> Iterator[Scene]:
    """Yield all keyframes that have something to tell them from others."""
    with (folder / _GREY).open("rb") as pictures:
        for time in printed.times(folder / _TIMES):
            picture = pictures.read(_PIXELS)
            if len(picture) == _PIXELS and (bits := hash_of(picture)) is not None:
                yield Scene(round(time, 3), bits, _detail(picture))


def hash_of(picture: Sequence[int]) -> int | None:
    """Return the hash of a grey picture of 9 by 8 pixels; None if it would tell too little."""
    if max(picture) - min(picture) < _LEAST_CONTRAST:
        return None
    bits = 0
    for start in range(0, _PIXELS, _WIDE):
        for left, right in pairwise(picture[start : start + _WIDE]):
            bits = bits << 1 | (left - right >= _STEP)
    return bits if _LEAST_BITS <= bits.bit_count() <= _MOST_BITS else None


def _detail(picture: Sequence[int]) -> int:
    rows = (picture[start : start + _WIDE] for start in range(0, _PIXELS, _WIDE))
    return sum(abs(left - right) for row in rows for left, right in pairwise(row))


def chosen(frames: Iterable[Scene]) -> list[Scene]:
    """Return the middle frames of some scenes, by time: of those that outlast a keyframe before
    others, and of those with the most detail.

    Which these are depends on what is seen, and not on where the film begins: so a part of it has
    the same, and so has another encode.
    """
    scenes: list[list[Scene]] = []
    for frame in frames:
        if scenes and (scenes[-1][-1].bits ^ frame.bits).bit_count() < _NEW_SCENE:
            scenes[-1].append(frame)
        else:
            scenes.append([frame])
    scenes.sort(key=lambda scene: (len(scene) > 1, _middle(scene).detail), reverse=True)
    return sorted(map(_middle, scenes[:MOST_SCENES]), key=lambda scene: scene.time)


def _middle(scene: Sequence[Scene]) -> Scene:
    return scene[len(scene) // 2]
