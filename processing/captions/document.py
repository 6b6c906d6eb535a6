"""Timed text as plain data, whatever format it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Word:
    """A spoken word; times are milliseconds from the start of the video."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Cue:
    """A text that is shown from ``start`` until ``end``, in milliseconds from the start of the
    video.

    ``text`` is the payload of a WebVTT cue: lines of text in which only the tags of WebVTT stand
    as tags. ``settings`` is a WebVTT cue settings list such as ``line:0 align:start``, or empty.
    """

    start: int
    end: int
    text: str
    settings: str = ""
    identifier: str = ""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Notice:
    """Something that was changed or left out while text was read; a code and its numbers."""

    code: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """Timed text: cues sorted by start and end, the ``REGION`` blocks that their settings name,
    and what was changed or left out when it was read."""

    cues: tuple[Cue, ...]
    regions: str = ""
    notices: tuple[Notice, ...] = ()
