"""Recordings with one stream per speaker, as in MXF, XDCAM and QuickTime files: put together, the
streams are one track."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from processing.ffmpeg.media import AudioStream, Media

# Streams that differ by less than these seconds count as ending together.
_APART_SECONDS = 0.25
# Containers of cameras and editors, in which streams of one channel are common.
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
    """A stream of one channel, and FFmpeg's name of its speaker."""

    stream_index: int
    position: str


def together(media: Media) -> list[tuple[AudioStream, ...]]:
    """Return the audio streams in groups, one group per recording. Streams belong together by the
    speakers they name. In files of cameras and editors that hold nothing but equal, nameless
    streams of one channel, every two streams are left and right."""
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
    """Return the speakers of a group, left and right if it names none; none for a single stream."""
    if len(streams) == 1:
        return ()
    named = [_position(stream) for stream in streams]
    positions = named if all(named) else list(_PAIR)
    return tuple(Speaker(s.index, p) for s, p in zip(streams, positions, strict=True))


def _belong_together(streams: Sequence[AudioStream]) -> bool:
    """Whether the streams have one channel each, one codec, rate, length and language."""
    first = streams[0]
    alike = {(s.channels, s.codec, s.sample_rate, s.language, s.aside) for s in streams}
    lengths = [stream.duration or 0.0 for stream in streams]
    starts = [float(stream.start) for stream in streams]
    near = (
        max(lengths) - min(lengths) < _APART_SECONDS and max(starts) - min(starts) < _APART_SECONDS
    )
    return len(alike) == 1 and first.channels == 1 and near


def _position(stream: AudioStream) -> str:
    """Return the speaker of a stream from its layout or its title; empty if neither names one."""
    if re.fullmatch(r"FL|FR|FC|LFE|BL|BR|SL|SR", stream.layout):
        return stream.layout
    return _NAMED.get(stream.title.strip().lower(), "")
