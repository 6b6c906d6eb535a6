"""The pictures of a video as values with addresses, which the API and the pages show."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Formats:
    """One picture as JPEG and as WebP; a format that there is not is None. ``width`` and ``height``
    are in pixels, None if they are not known."""

    jpeg: str | None = None
    webp: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Thumbnail:
    """A still: its address, its size in pixels, and its ``time`` in seconds. ``score`` tells how
    well it would do as a poster; only candidates have one."""

    name: str
    url: str
    time: float | None
    width: int | None
    height: int | None
    score: float | None = None


@dataclass(frozen=True)
class Storyboard:
    """Small pictures of the whole video in sheets, with their times in WebVTT and JSON."""

    vtt: str
    json: str | None
    sheets: list[Formats]


@dataclass(frozen=True)
class Preview:
    """Some seconds without sound, as a film and as an animated picture."""

    mp4: str | None
    webp: str | None
    width: int | None
    height: int | None
    seconds: float | None


@dataclass(frozen=True)
class Waveform:
    """The loudness over time: peaks in audiowaveform's JSON format, and a picture of them."""

    json: str | None
    image: str | None
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Pictures:
    """All pictures of a video. ``poster`` is by the wanted width (320, 640, 1280), smallest
    first."""

    poster: dict[str, Formats] = field(default_factory=dict)
    thumbnails: list[Thumbnail] = field(default_factory=list)
    candidates: list[Thumbnail] = field(default_factory=list)
    storyboard: Storyboard | None = None
    preview: Preview | None = None
    waveform: Waveform | None = None
