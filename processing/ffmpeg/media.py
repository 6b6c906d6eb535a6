"""The facts about a source, as plain data that can be stored as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from processing.ffmpeg import inputs
from processing.ffmpeg.clip import Clip
from processing.ffmpeg.stored import fractions, known, plain

_HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
_INTERLACED = ("tt", "bb", "tb", "bt")
_JUMPING_CLOCKS = ("mpegts", "mpeg")
_BARE = ("aac", "ac3", "eac3", "dts", "mp3", "flac")


@dataclass(frozen=True)
class Light:
    """How bright HDR frames are, in cd/m²: `peak` and `black` of the mastering screen, and in the
    frames the `brightest` point and the brightest `average` of one frame."""

    peak: float | None = None
    black: float | None = None
    brightest: int | None = None
    average: int | None = None


@dataclass(frozen=True)
class Jump:
    """A place where a stream's clock begins anew. `by` is the step in ticks from one packet to the
    next, 0 at the first packet. `shift` is the total in ticks that is added to the stream's times
    from there on."""

    by: int
    shift: int


@dataclass(frozen=True)
class VideoStream:
    """One video stream.

    `width` and `height` are as coded. `rotation` is the clockwise turn (0, 90, 180, 270) that shows
    the frame upright; a `mirrored` frame is then flipped left to right. `frame_rate` is the
    stream's own rate, the average if it varies. `start_pts` counts in `time_base`; `duration` is in
    seconds, `bitrate` in bits per second. `track` is the stream's id in the container. `edited`
    says whether an edit list does more than remove the delay of reordering. `dolby_vision` is the
    profile. `alpha_beside` says whether transparency is stored beside the frames, as in WebM.
    `x264_build` is the x264 build that made the frames, if their decoder must know it.
    `sar_repaired` says whether FFmpeg's own `sar` is wrong. `whole_frames` says whether the
    parameter sets rule out fields (None: not known). `opaque` says whether nothing is transparent
    although the pixel format allows it. `askew` says whether the file asks for a turn or a
    distortion that is not followed. `aspect_told` is a pixel aspect that the file gives but that is
    not used. `captioned` says whether frames carry captions of television.

    The timeline sets the next fields. `constant_rate` is the exact rate of the source if it has one
    (0 if it varies); `burst_rate` is its fastest rate if it varies; `longest_gop` is in seconds;
    `closed_gops` says whether groups are closed; these four are None before it was read. `jumps`
    are the places where the clock begins anew; all other times are already mended for them.
    `start_pts` is FFmpeg's value, which is `delay` ticks too early. At `burst_rate`, `shared`
    frames are not seen, because a later frame has the same place. `peak_bitrate` is the bitrate of
    the two densest seconds. If `counted` is true, the times of frames are wrong and follow from
    their numbers.
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
    burst_rate: Fraction | None = None
    jumps: tuple[Jump, ...] = ()
    delay: int = 0
    shared: int = 0
    counted: bool = False
    peak_bitrate: int | None = None
    alpha_beside: bool = False
    x264_build: int | None = None
    sar_repaired: bool = False
    whole_frames: bool | None = None
    opaque: bool = False
    askew: bool = False
    aspect_told: str = ""
    captioned: bool = False

    @property
    def fastest_rate(self) -> Fraction:
        """Frames a second where they come fastest."""
        return self.burst_rate or self.frame_rate

    @property
    def varies(self) -> bool:
        """Whether its rate is known to vary."""
        return self.constant_rate == 0 and self.frames != 1

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
        """Whether the frames need neither turning nor flipping; odd angles are not followed."""
        return self.rotation == 0 and not self.mirrored

    @property
    def interlaced(self) -> bool:
        """Whether the frames are made of two fields."""
        return self.field_order in _INTERLACED

    @property
    def hdr(self) -> bool:
        """Whether the light is coded for HDR screens (PQ or HLG)."""
        return self.color_transfer in _HDR_TRANSFERS

    @property
    def start(self) -> Fraction:
        """Seconds at which its first frame is shown, on the source's own clock."""
        return (self.start_pts + self.delay) * self.time_base


@dataclass(frozen=True)
class AudioStream:
    """One audio stream, in the units of `VideoStream`; `sample_rate` is in Hz.

    `layout` is FFmpeg's name of the channel layout (`5.1(side)`; for one channel the speaker, as
    `FL`), empty if the file names none. `aside` marks commentary and tracks that describe pictures
    or speech. `packets` is set only for AAC in a plain MP4 whose packets follow each other without
    a gap: their number, of 1024 samples each, the first at `first_packet_pts`.
    """

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
    jumps: tuple[Jump, ...] = ()
    aside: bool = False

    @property
    def start(self) -> Fraction:
        """Seconds at which its first sample is heard, on the source's own clock."""
        return self.start_pts * self.time_base


@dataclass(frozen=True)
class SubtitleStream:
    """One stream of subtitles, as text or as images, depending on `codec`. A `described` one is for
    people who do not hear, and tells of sounds too."""

    index: int
    codec: str
    language: str
    title: str
    default: bool
    forced: bool
    described: bool = False


@dataclass(frozen=True)
class OtherStream:
    """A stream that is neither shown nor heard: cover art (`kind` is `cover`), data, attachments, a
    second film, a stream that cannot be decoded, or any stream of an `other_programme` than the
    film's."""

    index: int
    kind: str
    codec: str
    language: str = "und"
    other_programme: bool = False


@dataclass(frozen=True)
class Chapter:
    """A named part, in seconds on the source's own clock."""

    start: float
    end: float
    title: str


@dataclass(frozen=True)
class Media:
    """A source: `duration` and `start` in seconds, `size` in bytes, `bitrate` in bits/s.

    `video` is the stream that is shown, None for audio alone; `audio` has all streams that can be
    heard. `beside` are the decoders that ffprobe must be allowed to set up although they decode
    nothing, and `hidden` the bytes it must not see, both as `inputs.opened` takes them. `claimed`
    is the duration in the header in seconds, whatever was measured. `broken_off` says whether bytes
    are missing at the end; `appended` whether another file follows inside this one and is not read.
    All that is about the whole source, even if only a `clip` of it is used.
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
    claimed: float = 0.0
    broken_off: bool = False
    appended: bool = False
    hidden: tuple[tuple[int, int], ...] = ()
    clip: Clip | None = None

    def opened(self, path: Path) -> list[str]:
        """Return the `-i` with which ffprobe opens the source at `path`."""
        return inputs.opened(path, beside=self.beside, hidden=self.hidden)

    @property
    def is_mp4(self) -> bool:
        """Whether the container is of the MP4 family, which has an index of everything."""
        return self.container.startswith("mov,")

    @property
    def is_bare(self) -> bool:
        """Whether the source is nothing but audio packets: FFmpeg makes up their times from the
        rate of the first."""
        return self.container in _BARE

    @property
    def clock_may_jump(self) -> bool:
        """Whether the source is a transport or program stream: the clock of such a stream may
        break, and a frame right after a keyframe may need one from before it."""
        return self.container in _JUMPING_CLOCKS

    @property
    def clock_jumps(self) -> bool:
        """Whether a clock is known to begin anew."""
        return any(stream.jumps for stream in (self.video, *self.audio) if stream is not None)

    @property
    def times_are_known(self) -> bool:
        """Whether the source's times are known: each frame's presentation time was measured, or the
        clock of some stream is known to jump."""
        shown = self.video is not None and self.video.constant_rate is not None
        return shown or self.clock_jumps

    @property
    def audio_end(self) -> float:
        """Seconds on the source's own clock at which the longest audio ends; minus infinity if
        unknown."""
        return max(self._audio_ends, default=-math.inf)

    @property
    def audio_end_of_shortest(self) -> float:
        """Seconds on the source's own clock at which the shortest audio ends; infinity if
        unknown."""
        return min(self._audio_ends, default=math.inf)

    @property
    def _audio_ends(self) -> list[float]:
        return [float(s.start) + s.duration for s in self.audio if s.duration is not None]

    @property
    def lasting(self) -> float:
        """Seconds from the first to the last thing seen or heard, as far as the streams say."""
        streams = [s for s in (self.video, *self.audio) if s is not None and s.duration]
        ends = [float(s.start) + (s.duration or 0.0) for s in streams]
        return max(ends) - min(float(s.start) for s in streams) if streams else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary that `json` can write; fractions become texts like `30000/1001`."""
        written = plain(self)
        for name in ("beside", "hidden", "clip"):  # rare, and unknown to older versions
            if not written[name]:
                del written[name]
        return written

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Media:
        """Return the object that `to_json` of any version wrote. Fields missing in an older version
        take their defaults, and unknown fields of a newer one are dropped."""
        made: dict[str, Any] = {
            "video": _video(data["video"]) if data.get("video") else None,
            "audio": tuple(_audio(stream) for stream in data.get("audio", ())),
        }
        for name, kind in _LISTS.items():
            made[name] = tuple(kind(**known(kind, item)) for item in data.get(name, ()))
        made["clip"] = Clip.from_json(data.get("clip"))
        made["beside"] = tuple(data.get("beside", ()))
        made["hidden"] = tuple((first, count) for first, count in data.get("hidden", ()))
        return cls(**known(cls, {**data, **made}))


_LISTS: dict[str, Any] = {"subtitles": SubtitleStream, "others": OtherStream, "chapters": Chapter}


def _video(data: Mapping[str, Any]) -> VideoStream:
    made = fractions(data, "sar", "frame_rate", "time_base", "constant_rate", "burst_rate")
    light = data.get("light")
    made["light"] = Light(**known(Light, light)) if light else None
    made["jumps"] = _jumps(data)
    return VideoStream(**known(VideoStream, made))


def _audio(data: Mapping[str, Any]) -> AudioStream:
    made = {**fractions(data, "time_base"), "jumps": _jumps(data)}
    return AudioStream(**known(AudioStream, made))


def _jumps(data: Mapping[str, Any]) -> tuple[Jump, ...]:
    return tuple(Jump(**known(Jump, jump)) for jump in data.get("jumps", ()))
