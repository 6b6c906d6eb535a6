"""Which sizes and bitrates a source is made into: one pure function of guard clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processing.ffmpeg.media import VideoStream

# A source whose short side exceeds the next rung by more than this keeps its own size.
_KEEP_OWN_ABOVE = 1.2
# A picture rate above this needs more bits: half as many again.
_HIGH_RATE = 31
_HIGH_RATE_FACTOR = 1.5
# Newer codecs need fewer bits than H.264, so a source's own bitrate is not a tight cap.
_SOURCE_FACTOR = 2.0
_MIN_MAXRATE = 100_000
_BUFFER_SECONDS = 1.5


@dataclass(frozen=True)
class Rung:
    """One step: even sizes in pixels, `maxrate` in bits per second, `bufsize` in bits."""

    name: str
    width: int
    height: int
    crf: int
    maxrate: int
    bufsize: int

    @property
    def filename(self) -> str:
        """The name of the file an encode writes for it."""
        return f"{self.name}.mp4"


@dataclass(frozen=True)
class Step:
    """A profile's wish for one short side (pixels): quality, and its cap in bits per second."""

    short_side: int
    crf: int
    maxrate: int


@dataclass(frozen=True)
class Profile:
    """How a run encodes; a copy is stored with it. `steps` go from the largest down."""

    name: str
    rungs: tuple[Step, ...]
    preset: str = "veryfast"
    gop_seconds: float = 2.0
    audio_bitrate: int = 128_000

    def to_json(self) -> dict[str, Any]:
        """A dictionary `json` can write."""
        return {
            "name": self.name,
            "rungs": [[step.short_side, step.crf, step.maxrate] for step in self.rungs],
            "preset": self.preset,
            "gop_seconds": self.gop_seconds,
            "audio_bitrate": self.audio_bitrate,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Profile:
        """The inverse of `to_json`."""
        return cls(
            name=data["name"],
            rungs=tuple(Step(*step) for step in data["rungs"]),
            preset=data["preset"],
            gop_seconds=data["gop_seconds"],
            audio_bitrate=data["audio_bitrate"],
        )


DEFAULT = Profile(
    name="default",
    rungs=(
        Step(1080, 22, 6_000_000),
        Step(720, 22, 3_200_000),
        Step(480, 23, 1_500_000),
        Step(360, 23, 900_000),
        Step(240, 24, 450_000),
    ),
)


def rungs_for(video: VideoStream, profile: Profile) -> tuple[Rung, ...]:
    """The rungs of a source, largest first: never upscaled, at least one."""
    return tuple(_rung(video, step) for step in _steps(video, profile))


def _steps(video: VideoStream, profile: Profile) -> list[Step]:
    short = _even_down(min(video.display_width, video.display_height))
    ordered = sorted(profile.rungs, key=lambda step: -step.short_side)
    larger = [step for step in ordered if step.short_side > short]
    fitting = [step for step in ordered if step.short_side <= short]
    if not larger:
        return fitting
    if fitting and short <= fitting[0].short_side * _KEEP_OWN_ABOVE:
        return fitting
    above = larger[-1]
    pixels = (short / above.short_side) ** 2
    return [Step(short, above.crf, round(above.maxrate * pixels)), *fitting]


def _rung(video: VideoStream, step: Step) -> Rung:
    width, height = video.display_width, video.display_height
    long_side = max(2, 2 * round(step.short_side * max(width, height) / min(width, height) / 2))
    portrait = height > width
    maxrate = _capped(video, step.maxrate)
    return Rung(
        name=f"{step.short_side}p",
        width=step.short_side if portrait else long_side,
        height=long_side if portrait else step.short_side,
        crf=step.crf,
        maxrate=maxrate,
        bufsize=round(maxrate * _BUFFER_SECONDS),
    )


def _capped(video: VideoStream, maxrate: int) -> int:
    if video.frame_rate > _HIGH_RATE:
        maxrate = round(maxrate * _HIGH_RATE_FACTOR)
    if video.bitrate:
        maxrate = min(maxrate, round(video.bitrate * _SOURCE_FACTOR))
    return max(maxrate, _MIN_MAXRATE)


def _even_down(side: int) -> int:
    return max(2, side - side % 2)
