"""What a source is made of, as plain data that survives a trip through JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from processing.ffmpeg.probing import rates
from processing.ffmpeg.stored import known

if TYPE_CHECKING:
    from processing.ffmpeg.probing.timeline import Timeline

PACKET = 1024
"""Samples in a packet of AAC; some encoders make shorter ones."""

_HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
_INTERLACED = ("tt", "bb", "tb", "bt")
_JUMPING_CLOCKS = ("mpegts", "mpeg")
# Sound that ends this many seconds after the last picture is not cut: the picture stays.
_HOLD_ABOVE = 2.0


@dataclass(frozen=True)
class Light:
    """How bright HDR pictures are, in cd/m²: the mastering screen's `peak` and `black`, and of
    what is shown the `brightest` point and the brightest `average` of one picture."""

    peak: float | None = None
    black: float | None = None
    brightest: int | None = None
    average: int | None = None


@dataclass(frozen=True)
class VideoStream:
    """One picture stream.

    `width`, `height` are as coded; `rotation` is the clockwise turn (0, 90, 180, 270) that shows
    it upright, once turned it is flipped left to right if `mirrored`; `frame_rate` the constant
    rate to encode at (at most 60); `start_pts` counts in `time_base`; `duration` is in seconds,
    `bitrate` in bits per second. `track` is its id in the container, `edited` whether an edit
    list does more than to take off the delay of reordering, `dolby_vision` the profile.

    The timeline tells `constant_rate`, the exact rate of the source where it has one (0 where it
    varies), `longest_gop` in seconds and `closed_gops`; None before it was read.
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
    mirrored: bool = False
    track: int | None = None
    edited: bool | None = None
    light: Light | None = None
    dolby_vision: int | None = None
    constant_rate: Fraction | None = None
    longest_gop: float | None = None
    closed_gops: bool | None = None

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
    def upright(self) -> bool:
        """Whether it needs neither turning nor flipping; odd angles are not followed."""
        return self.rotation == 0 and not self.mirrored

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
    """One sound stream; units as in `VideoStream`, `sample_rate` in Hz, `layout` FFmpeg's name of
    where its channels stand (`5.1(side)`), empty when the file does not tell.

    Of AAC in a plain MP4 whose packets follow each other without a gap, `packets` tells how many
    there are, of 1024 samples each, the first at `first_packet_pts`; None of any other."""

    index: int
    codec: str
    channels: int
    sample_rate: int
    language: str
    time_base: Fraction
    start_pts: int
    duration: float | None
    bitrate: int | None
    layout: str = ""
    profile: str = ""
    title: str = ""
    default: bool = False
    track: int | None = None
    first_packet_pts: int | None = None
    packets: int | None = None

    @property
    def start(self) -> Fraction:
        """Seconds at which its first sample is heard, on the source's own clock."""
        return self.start_pts * self.time_base


@dataclass(frozen=True)
class SubtitleStream:
    """One stream of subtitles, as text or as pictures: `codec` tells."""

    index: int
    codec: str
    language: str
    title: str
    default: bool
    forced: bool


@dataclass(frozen=True)
class OtherStream:
    """A stream that is neither shown nor heard: cover art (`kind` is `cover`), data, attachments,
    a second film, or what cannot be decoded."""

    index: int
    kind: str
    codec: str


@dataclass(frozen=True)
class Chapter:
    """A named part, in seconds on the source's own clock."""

    start: float
    end: float
    title: str


@dataclass(frozen=True)
class Media:
    """A source: `duration` and `start` in seconds, `size` in bytes, `bitrate` in bits/s.

    `video` is the stream that is shown, None for sound alone; `audio` all that can be heard;
    `beside` the decoders ffprobe must be let set up though nothing is decoded by them.
    """

    container: str
    duration: float
    size: int
    bitrate: int | None
    video: VideoStream | None
    audio: tuple[AudioStream, ...]
    start: float = 0.0
    subtitles: tuple[SubtitleStream, ...] = ()
    others: tuple[OtherStream, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def is_mp4(self) -> bool:
        """Whether its container is of the MP4 family, which tells everything by an index."""
        return self.container.startswith("mov,")

    @property
    def clock_may_jump(self) -> bool:
        """Whether it is a transport or program stream: their clocks may break, and a picture right
        after a keyframe may need one from before it."""
        return self.container in _JUMPING_CLOCKS

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

    def with_timeline(self, timeline: Timeline | None) -> Media:
        """Itself with what the timeline tells better than the headers: exact rate, first picture,
        how many there are, duration, and the shape of its GOPs."""
        if self.video is None or timeline is None:
            return self
        video = self.video
        length = (timeline.end_pts - timeline.first_pts) * video.time_base
        told = rates.rates_between(
            timeline.end_pts - timeline.first_pts, timeline.frames, video.time_base,
            video.constant_rate or video.frame_rate,
        )  # fmt: skip
        exact = next(told, None) if timeline.constant and timeline.frames > 1 else None
        video = replace(
            video,
            frame_rate=rates.grid_rate(exact) if exact else video.frame_rate,
            constant_rate=exact or Fraction(0),
            start_pts=timeline.first_pts,
            duration=float(length),
            frames=timeline.frames,
            longest_gop=timeline.longest_gop(video.time_base),
            closed_gops=timeline.closed,
            edited=video.edited or timeline.frames != video.frames
            if video.frames
            else video.edited,
        )
        longer = replace(self, video=video)
        return replace(longer, duration=longer.lasting or self.duration)

    @property
    def lasting(self) -> float:
        """Seconds from the first to the last thing seen or heard, as far as the streams tell."""
        streams = [s for s in (self.video, *self.audio) if s is not None and s.duration]
        ends = [float(s.start) + (s.duration or 0.0) for s in streams]
        return max(ends) - min(float(s.start) for s in streams) if streams else 0.0

    def to_json(self) -> dict[str, Any]:
        """A dictionary `json` can write; fractions become texts like `30000/1001`."""
        plain: dict[str, Any] = _plain(dataclasses.asdict(self))
        if not self.beside:
            del plain["beside"]  # rare, and versions before it know nothing of it
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Media:
        """The inverse of `to_json`; what an older version did not write takes its default, what
        only a newer one knows is left out."""
        made: dict[str, Any] = {
            "video": _video(data["video"]) if data.get("video") else None,
            "audio": tuple(_audio(stream) for stream in data.get("audio", ())),
        }
        for name, kind in _LISTS.items():
            made[name] = tuple(kind(**known(kind, item)) for item in data.get(name, ()))
        made["beside"] = tuple(data.get("beside", ()))
        return cls(**known(cls, {**data, **made}))


_LISTS: dict[str, Any] = {"subtitles": SubtitleStream, "others": OtherStream, "chapters": Chapter}


def _video(data: Mapping[str, Any]) -> VideoStream:
    made = _fractions(data, "sar", "frame_rate", "time_base", "constant_rate")
    light = data.get("light")
    made["light"] = Light(**known(Light, light)) if light else None
    return VideoStream(**known(VideoStream, made))


def _audio(data: Mapping[str, Any]) -> AudioStream:
    return AudioStream(**known(AudioStream, _fractions(data, "time_base")))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Fraction) else value


def _fractions(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    told = {name: Fraction(data[name]) for name in names if data.get(name) is not None}
    return {**data, **told}
