"""The sizes and bitrates a source is encoded in: one pure function of guard clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any, Protocol

from processing.ffmpeg.stored import known

# A source this little above a rung counts as that rung: 1088 lines are 1080 and padding.
_SAME_SIZE = 1.02
# A source between rungs keeps its own size, and rungs this close below it are left out: they look
# the same.
_TOO_NEAR = 1.2
# Caps are meant for 16:9; wider frames have more pixels on the same short side.
_WIDE = 1.8
# Bits grow more slowly than pixels: by rule of thumb with their 0.75th power.
_BITS_BY_PIXELS = 0.75
# A higher frame rate than this needs half as many bits again.
_HIGH_RATE = 31
_HIGH_RATE_FACTOR = 1.5
# How many times the bits of each codec H.264 needs for the same frames; older codecs need more than
# H.264.
_H264_BITS = {"hevc": 1.6, "vp9": 1.6, "av1": 2.0}
_MIN_MAXRATE = 100_000
_BUFFER_SECONDS = 1.5


class SourceVideo(Protocol):
    """The facts the ladder needs about a source: square upright pixels, frames a second, bits a
    second."""

    @property
    def codec(self) -> str: ...  # noqa: D102
    @property
    def display_width(self) -> int: ...  # noqa: D102
    @property
    def display_height(self) -> int: ...  # noqa: D102
    @property
    def frame_rate(self) -> Fraction: ...  # noqa: D102
    @property
    def bitrate(self) -> int | None: ...  # noqa: D102
    @property
    def peak_bitrate(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder: even sizes in pixels, `maxrate` in bits per second, `bufsize` in
    bits. `download` says whether it is also offered as one MP4 file. An empty `preset` means the
    profile's."""

    name: str
    width: int
    height: int
    crf: int
    maxrate: int
    bufsize: int
    download: bool = False
    codec: str = "h264"
    preset: str = ""

    @property
    def filename(self) -> str:
        """The name of the file that an encode writes for this rung."""
        return f"{self.name}.mp4"


@dataclass(frozen=True)
class Step:
    """A profile's wish for one short side (pixels): the quality, and its cap in bits per second. A
    step in another codec than H.264 has a preset of its own."""

    short_side: int
    crf: int
    maxrate: int
    codec: str = "h264"
    preset: str = ""

    @property
    def name(self) -> str:
        """The rung's name. H.264, which plays everywhere, is not named."""
        return f"{self.short_side}p" + ("" if self.codec == "h264" else f"-{self.codec}")


@dataclass(frozen=True)
class Profile:
    """How a run encodes; a copy is stored with the run. `rungs` go from the largest down;
    `downloads` are the short sides that are offered as MP4 files; `audio_bitrate` is in bits per
    second. `copies` says that a source that already has the form of its largest rung is copied
    instead of encoded again.

    `more_rungs` are extra rungs in other codecs, and `more_audio` are extra codecs for all audio:
    both for players that know them. Older versions had neither. With `takes_incomplete` a source
    that is shorter than its header says is encoded as far as it goes; otherwise it is refused.
    `left_out` are the kinds of pictures that are not made, and `transcript` for captions of speech.
    """

    name: str
    rungs: tuple[Step, ...]
    preset: str = "veryfast"
    gop_seconds: float = 2.0
    audio_bitrate: int = 128_000
    codec: str = "h264"
    downloads: tuple[int, ...] = ()
    copies: bool = True
    more_rungs: tuple[Step, ...] = ()
    more_audio: tuple[str, ...] = ()
    takes_incomplete: bool = True
    left_out: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary that `json` can write."""
        return {
            "name": self.name,
            "rungs": [[step.short_side, step.crf, step.maxrate] for step in self.rungs],
            "preset": self.preset,
            "gop_seconds": self.gop_seconds,
            "audio_bitrate": self.audio_bitrate,
            "codec": self.codec,
            "downloads": list(self.downloads),
            "copies": self.copies,
            "more_rungs": [asdict(step) for step in self.more_rungs],
            "more_audio": list(self.more_audio),
            "takes_incomplete": self.takes_incomplete,
            # Without it a profile has the form that older versions stored, and equals it.
            **({"left_out": list(self.left_out)} if self.left_out else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Profile:
        """Return the profile that `to_json` wrote; runs older than codecs and downloads have
        neither."""
        return cls(
            name=data.get("name", ""),
            rungs=tuple(Step(*step[:3]) for step in data.get("rungs", ())),
            preset=data.get("preset", "veryfast"),
            gop_seconds=data.get("gop_seconds", 2.0),
            audio_bitrate=data.get("audio_bitrate", 128_000),
            codec=data.get("codec", "h264"),
            downloads=tuple(data.get("downloads", ())),
            copies=data.get("copies", False),
            more_rungs=tuple(Step(**known(Step, step)) for step in data.get("more_rungs", ())),
            more_audio=tuple(data.get("more_audio", ())),
            takes_incomplete=data.get("takes_incomplete", True),
            left_out=tuple(data.get("left_out", ())),
        )


# The shipped profile: a 1080p source becomes five rungs.
DEFAULT = Profile(
    name="default",
    rungs=(
        Step(2160, 22, 18_000_000),
        Step(1440, 22, 10_000_000),
        Step(1080, 22, 6_000_000),
        Step(720, 22, 3_200_000),
        Step(480, 23, 1_500_000),
        Step(360, 23, 900_000),
        Step(240, 24, 450_000),
    ),
    downloads=(720,),
)


def rungs_for(
    video: SourceVideo, profile: Profile, rate: Fraction | None = None
) -> tuple[Rung, ...]:
    """Return the rungs of a source encoded at `rate` (by default its own), each with a unique name:
    first those of H.264, then those of each other codec, each from the largest strictly down.

    Rungs are chosen by the short side and never upscaled. They keep the aspect and have even sides
    (so a side of one pixel becomes two). There is at least one, unless the profile has none: it
    then makes audio alone.
    """
    rate = rate or video.frame_rate
    rungs = [_rung(video, step, rate) for step in _steps(video, profile.rungs)]
    offered = _downloads(rungs, profile.downloads)
    more = [
        _rung(video, step, rate) for steps in _by_codec(profile) for step in _steps(video, steps)
    ]
    return (*(replace(rung, download=rung in offered) for rung in rungs), *more)


def _by_codec(profile: Profile) -> list[list[Step]]:
    """Return the rungs of the other codecs, one list for each; none if no frames are encoded."""
    found: dict[str, list[Step]] = {}
    for step in profile.more_rungs if profile.rungs else ():
        found.setdefault(step.codec, []).append(step)
    return list(found.values())


def _steps(video: SourceVideo, wished: Sequence[Step]) -> list[Step]:
    """Return the steps that fit; a source between two of them keeps its own size at the top."""
    short = _even_down(min(video.display_width, video.display_height))
    ordered = sorted(wished, key=lambda step: -step.short_side)
    larger = [step for step in ordered if step.short_side > short]
    fitting = [step for step in ordered if step.short_side <= short]
    if not larger or (fitting and short <= fitting[0].short_side * _SAME_SIZE):
        return fitting
    lower = [step for step in fitting if step.short_side * _TOO_NEAR <= short]
    return [_between(short, larger[-1], fitting[:1]), *lower]


def _between(short: int, above: Step, below: Sequence[Step]) -> Step:
    scaled = round(above.maxrate * _bits((short / above.short_side) ** 2))
    return replace(
        above, short_side=short, maxrate=max(scaled, *(step.maxrate for step in below), 0)
    )


def _rung(video: SourceVideo, step: Step, rate: Fraction) -> Rung:
    width, height = video.display_width, video.display_height
    short, long = min(width, height), max(width, height)
    long_side = 2 * round(step.short_side * long / short / 2)
    # Rounding up, and a second pixel for a side that had one, must not make the frame larger.
    long_side = max(step.short_side, min(long_side, _even_down(long)))
    maxrate = _maxrate(video, step, step.short_side * long_side, rate)
    return Rung(
        name=step.name,
        width=step.short_side if height > width else long_side,
        height=long_side if height > width else step.short_side,
        crf=step.crf,
        maxrate=maxrate,
        bufsize=round(maxrate * _BUFFER_SECONDS),
        codec=step.codec,
        preset=step.preset,
    )


def _maxrate(video: SourceVideo, step: Step, pixels: int, rate: Fraction) -> int:
    """Return the step's cap for this shape and rate, but not above the source's own highest
    bitrate."""
    width, height = video.display_width, video.display_height
    aspect = max(width, height) / min(width, height)
    maxrate = step.maxrate * _bits(max(1.0, aspect / _WIDE))
    if rate > _HIGH_RATE:
        maxrate *= _HIGH_RATE_FACTOR
    if densest := video.peak_bitrate or video.bitrate:
        needed = _H264_BITS.get(video.codec, 1.0) / _H264_BITS.get(step.codec, 1.0)
        spent = densest * needed
        maxrate = min(maxrate, spent * _bits(min(1.0, pixels / (width * height))))
    return max(round(maxrate), _MIN_MAXRATE)


def _bits(pixels: float) -> float:
    """Return the factor by which the bits grow if the pixels grow by the factor `pixels`."""
    return float(pixels**_BITS_BY_PIXELS)


def _downloads(rungs: Sequence[Rung], wished: Sequence[int]) -> list[Rung]:
    """Return for each wished short side the rung of that size, else the next larger, else the
    largest."""
    return [_at_least(short, rungs) for short in wished if rungs]


def _at_least(short: int, rungs: Sequence[Rung]) -> Rung:
    large_enough = [rung for rung in rungs if min(rung.width, rung.height) >= short]
    return large_enough[-1] if large_enough else rungs[0]


def _even_down(side: int) -> int:
    return max(2, side - side % 2)
