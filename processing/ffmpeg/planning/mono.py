"""Recordings whose speakers are streams of their own, as MXF, XDCAM and QuickTime have them: put
together they are one track."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from processing.ffmpeg.media import AudioStream, Media

# What only differs by this many seconds ends together.
_APART_SECONDS = 0.25
# Containers of cameras and editors, where streams of one channel are usual.
_EDITORS = ("mov,", "mxf")
_PAIR = ("FL", "FR")
_LAYOUTS = (
    frozenset({"FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"}),
    frozenset({"FL", "FR", "FC", "LFE", "SL", "SR"}),
    frozenset({"FL", "FR", "FC", "LFE", "BL", "BR"}),
    frozenset(_PAIR),
)
_NAMED = {
    "l": "FL", "left": "FL", "fl": "FL", "r": "FR", "right": "FR", "fr": "FR", "c": "FC",
    "center": "FC", "centre": "FC", "fc": "FC", "lfe": "LFE", "ls": "SL", "rs": "SR",
    "left surround": "SL", "right surround": "SR", "front left": "FL", "front right": "FR",
    "left channel": "FL", "right channel": "FR",
}  # fmt: skip


class Speaker(NamedTuple):
    """One stream of one channel, and FFmpeg's name of the speaker it is for."""

    stream_index: int
    position: str


def together(media: Media) -> list[tuple[AudioStream, ...]]:
    """The audio streams, those of one recording in one group: by the speakers they name, or, in
    files of cameras and editors that hold nothing but equal streams of one channel without names,
    each two as left and right."""
    streams = media.audio
    if len(streams) < len(_PAIR) or not _belong_together(streams):
        return [(stream,) for stream in streams]
    positions = [_position(stream) for stream in streams]
    if frozenset(positions) in _LAYOUTS and len(set(positions)) == len(streams):
        return [streams]
    pairs = [tuple(streams[n : n + 2]) for n in range(0, len(streams), 2)]
    named = [_position(stream) for stream in streams]
    if len(streams) % 2 == 0 and all(
        tuple(named[n : n + 2]) == _PAIR for n in range(0, len(named), 2)
    ):
        return pairs
    nameless = not any(named) and not any(stream.title for stream in streams)
    if media.container.startswith(_EDITORS) and nameless and len(streams) % 2 == 0:
        return pairs
    return [(stream,) for stream in streams]


def speakers(streams: Sequence[AudioStream]) -> tuple[Speaker, ...]:
    """The speakers of a group, left and right where it names none; none of a single stream."""
    if len(streams) == 1:
        return ()
    named = [_position(stream) for stream in streams]
    positions = named if all(named) else list(_PAIR)
    return tuple(Speaker(s.index, p) for s, p in zip(streams, positions, strict=True))


def _belong_together(streams: Sequence[AudioStream]) -> bool:
    """One channel each, of one kind and length, in one language."""
    first = streams[0]
    alike = {(s.channels, s.codec, s.sample_rate, s.language, s.aside) for s in streams}
    lengths = [stream.duration or 0.0 for stream in streams]
    starts = [float(stream.start) for stream in streams]
    near = (
        max(lengths) - min(lengths) < _APART_SECONDS and max(starts) - min(starts) < _APART_SECONDS
    )
    return len(alike) == 1 and first.channels == 1 and near


def _position(stream: AudioStream) -> str:
    """The speaker a stream is for, by its layout or its title; empty when it does not tell."""
    if re.fullmatch(r"FL|FR|FC|LFE|BL|BR|SL|SR", stream.layout):
        return stream.layout
    return _NAMED.get(stream.title.strip().lower(), "")
