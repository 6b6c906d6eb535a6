"""What an encode asks of an encoder of frames or of audio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from processing.ffmpeg.planning.ladder import Rung


@dataclass(frozen=True)
class VideoOrder:
    """What is wanted of an encoder: a `rung` with this `preset`, in groups of `gop` frames, or
    with groups that begin at `keyframes` (seconds) where these are given; by so many threads.
    `colors` are the options that say what colours mean, `reordered` is how many frames may be
    decoded before one that is shown earlier (None: as many as the encoder likes)."""

    rung: Rung
    preset: str
    gop: int
    keyframes: tuple[float, ...]
    threads: int
    colors: Mapping[str, str]
    reordered: int | None = None


class Output(Protocol):
    """An encoder: the codec it makes, FFmpeg's name of it, and the sample entry FFmpeg writes."""

    @property
    def codec(self) -> str: ...  # noqa: D102
    @property
    def encoder(self) -> str: ...  # noqa: D102
    @property
    def sample_entry(self) -> str: ...  # noqa: D102

    def finish(self, path: Path) -> None:
        """Put right what FFmpeg wrote. Doing it twice changes nothing."""


class VideoOutput(Output, Protocol):
    """An encoder of frames: the pixel format it is given, its range of CRF (best, worst, usual),
    and its presets with the usual one."""

    @property
    def pixel_format(self) -> str: ...  # noqa: D102
    @property
    def quality(self) -> tuple[int, int, int]: ...  # noqa: D102
    @property
    def presets(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def usual_preset(self) -> str: ...  # noqa: D102

    def argv(self, order: VideoOrder) -> list[str]:
        """The options of one output. Groups begin with a frame that decoding can begin with, and
        every span of a source gives the same init segment."""


class AudioOutput(Output, Protocol):
    """An encoder of audio: samples in an access unit (`unit`), and the samples of silence it must
    be given first so that access units begin at multiples of that (`before`)."""

    @property
    def unit(self) -> int: ...  # noqa: D102
    @property
    def before(self) -> int: ...  # noqa: D102

    def bitrate(self, wished: int) -> int:
        """Bits per second that audio as good as so many of AAC."""

    def argv(self, bitrate: int) -> list[str]:
        """The options of one output of so many bits per second."""
