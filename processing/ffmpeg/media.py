"""What a source is made of, as plain data that survives a trip through JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
_INTERLACED = ("tt", "bb", "tb", "bt")
# Sound that ends this many seconds after the last picture is not cut: the picture stays.
_HOLD_ABOVE = 2.0


@dataclass(frozen=True)
class VideoStream:
    """One picture stream.

    `width`, `height` are as coded; `rotation` is the clockwise turn (0, 90, 180, 270) that shows
    it upright; `frame_rate` the constant rate to encode at (at most 60); `start_pts` counts in
    `time_base`; `duration` is in seconds, `bitrate` in bits per second.
    """

    index: int
    codec: str
    profile: str
    width: int
    height: int
    rotation: int
    sar: Fraction
    frame_rate: Fraction
    time_base: Fraction
    start_pts: int
    duration: float | None
    frames: int | None
    bitrate: int | None
    pixel_format: str
    bit_depth: int
    color_primaries: str
    color_transfer: str
    color_space: str
    color_range: str
    field_order: str

    @property
    def display_width(self) -> int:
        """Width in square pixels, as shown upright."""
        return self._displayed()[0]

    @property
    def display_height(self) -> int:
        """Height in square pixels, as shown upright."""
        return self._displayed()[1]

    def _displayed(self) -> tuple[int, int]:
        width = max(1, round(self.width * self.sar))
        return (self.height, width) if self.rotation in (90, 270) else (width, self.height)

    @property
    def interlaced(self) -> bool:
        """Whether its pictures are made of two fields."""
        return self.field_order in _INTERLACED

    @property
    def hdr(self) -> bool:
        """Whether its light is coded for HDR screens (PQ or HLG)."""
        return self.color_transfer in _HDR_TRANSFERS

    @property
    def start(self) -> Fraction:
        """Seconds at which its first picture is shown, on the source's own clock."""
        return self.start_pts * self.time_base


@dataclass(frozen=True)
class AudioStream:
    """One sound stream; units as in `VideoStream`, `sample_rate` in Hz."""

    index: int
    codec: str
    channels: int
    sample_rate: int
    language: str
    time_base: Fraction
    start_pts: int
    duration: float | None
    bitrate: int | None

    @property
    def start(self) -> Fraction:
        """Seconds at which its first sample is heard, on the source's own clock."""
        return self.start_pts * self.time_base


@dataclass(frozen=True)
class Media:
    """A source: `duration` and `start` in seconds, `size` in bytes, `bitrate` in bits/s.

    `video` is the stream that is shown, None for sound alone; `audio` all that can be heard.
    """

    container: str
    duration: float
    size: int
    bitrate: int | None
    video: VideoStream | None
    audio: tuple[AudioStream, ...]
    start: float = 0.0

    @property
    def held_seconds(self) -> float:
        """How long the last picture stays because the sound goes on, as a song with one picture
        has it; 0 when the sound ends with the pictures, soon after, or nobody knows when."""
        if self.video is None or not self.audio:
            return 0.0
        sound = self.audio[0]
        if self.video.duration is None or sound.duration is None:
            return 0.0
        longer = float(sound.start - self.video.start) + sound.duration - self.video.duration
        return longer if longer > _HOLD_ABOVE else 0.0

    @property
    def planned_frames(self) -> int | None:
        """Pictures a whole encode on the grid has, give or take one; None without video."""
        if self.video is None:
            return None
        duration = self.duration if self.video.duration is None else self.video.duration
        return max(1, round((duration + self.held_seconds) * self.video.frame_rate))

    def to_json(self) -> dict[str, Any]:
        """A dictionary `json` can write; fractions become texts like `30000/1001`."""
        plain: dict[str, Any] = _plain(dataclasses.asdict(self))
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Media:
        """The inverse of `to_json`."""
        video, audio = data["video"], data["audio"]
        return cls(
            container=data["container"],
            duration=data["duration"],
            size=data["size"],
            bitrate=data["bitrate"],
            video=VideoStream(**_fractions(video, "sar", "frame_rate", "time_base"))
            if video
            else None,
            audio=tuple(AudioStream(**_fractions(stream, "time_base")) for stream in audio),
            start=data.get("start", 0.0),
        )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Fraction) else value


def _fractions(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**data, **{name: Fraction(data[name]) for name in names}}
