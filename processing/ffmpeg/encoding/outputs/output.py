"""The interface between an encode command and an encoder of frames or of audio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from processing.ffmpeg.planning.ladder import Rung


@dataclass(frozen=True)
class VideoOrder:
    """What an encoder must make: a `rung` with this `preset`, by `threads` threads, in groups of
    `gop` frames, or in groups that begin at `keyframes` (seconds) if there are any. `colors` are
    the options that declare the colours. `reordered` is how many frames may be decoded before one
    that is shown earlier; None leaves the number to the encoder."""

    rung: Rung
    preset: str
    gop: int
    keyframes: tuple[float, ...]
    threads: int
    colors: Mapping[str, str]
    reordered: int | None = None


class Output(Protocol):
    """An encoder: its codec, FFmpeg's name of the encoder, and the sample entry that FFmpeg
    writes."""

    @property
    def codec(self) -> str: ...  # noqa: D102
    @property
    def encoder(self) -> str: ...  # noqa: D102
    @property
    def sample_entry(self) -> str: ...  # noqa: D102

    def finish(self, path: Path) -> None:
        """Correct what FFmpeg wrote. A second call changes nothing."""


class VideoOutput(Output, Protocol):
    """An encoder of frames: the pixel format of its input, its range of CRF (best, worst, usual),
    its presets and the usual one."""

    @property
    def pixel_format(self) -> str: ...  # noqa: D102
    @property
    def quality(self) -> tuple[int, int, int]: ...  # noqa: D102
    @property
    def presets(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def usual_preset(self) -> str: ...  # noqa: D102

    def argv(self, order: VideoOrder) -> list[str]:
        """Return the options of one output. Each group begins with a frame at which decoding can
        begin, and every span of a source gives the same init segment."""


class AudioOutput(Output, Protocol):
    """An encoder of audio: `unit` is the number of samples in an access unit; `before` the samples
    of silence it must get first, so that access units begin at multiples of `unit`."""

    @property
    def unit(self) -> int: ...  # noqa: D102
    @property
    def before(self) -> int: ...  # noqa: D102

    def bitrate(self, wished: int) -> int:
        """Return the bitrate at which this codec sounds as good as AAC with `wished` bits per
        second."""

    def argv(self, bitrate: int) -> list[str]:
        """Return the options of one output with that many bits per second."""
