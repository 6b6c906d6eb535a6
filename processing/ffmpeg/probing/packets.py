"""Whether the audio of an MP4 is AAC in equal packets without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg.media import AudioStream
from processing.ffmpeg.output_format import PACKET
from processing.ffmpeg.probing import apart, index
from processing.ffmpeg.probing.index import Index

# A small file may claim many tracks of millions of packets each.
_MOST_STREAMS = 4


def counted(
    streams: Sequence[AudioStream], path: Path, child: apart.Reader
) -> tuple[AudioStream, ...]:
    """Return the streams, the first few with their number of packets if the boxes of a plain MP4
    show that the packets are equal. Long indexes are read by the child; raises as it does."""
    looked_at = (_looked_at(stream, path, child) for stream in streams[:_MOST_STREAMS])
    return (*looked_at, *streams[_MOST_STREAMS:])


def _looked_at(stream: AudioStream, path: Path, child: apart.Reader) -> AudioStream:
    if stream.codec != "aac" or stream.track is None:
        return stream
    if index.is_short(path, stream.track):
        return of_index(stream, path)
    told = child.of_sound(path, stream)
    return stream if told is None else replace(stream, **told)


def of_index(stream: AudioStream, path: Path) -> AudioStream:
    """Return a stream with its number of packets; unchanged if they are not equal."""
    if stream.track is None:
        return stream
    boxes = index.read(path, stream.track)
    if boxes is None or Fraction(1, boxes.timescale) != stream.time_base or not _is_even(boxes):
        return stream
    # An edit may drop a beginning and an end. Other edits move parts elsewhere.
    if len(boxes.edits) > 1 or any(edit.start < 0 for edit in boxes.edits):
        return stream
    start, length = 0, boxes.samples * PACKET
    for edit in boxes.edits:
        start, length = edit.start, min(length, edit.start + edit.duration)
    return replace(stream, first_packet_pts=-start, packets=-(-length // PACKET))


def _is_even(boxes: Index) -> bool:
    """Whether all packets have their full length, except the last, which may be cut short."""
    return not boxes.offsets and all(
        time == number * PACKET for number, time in enumerate(boxes.decoded[:-1])
    )
