"""Compares the contents of the files with their database rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from processing.packaging.checker import Violation, check_chunk
from processing.packaging.kinds import Kind
from processing.packaging.release import StoredChunk, StoredRendition
from processing.packaging.segments import Keyframe, Segment
from processing.packaging.track import Track


def check_stored(rendition: StoredRendition, chunk: StoredChunk, track: Track) -> list[Violation]:
    """Check one chunk of a rendition, whose file was read again as `track`: everything
    `check_chunk` checks, and every number in its rows."""
    size = (rendition.width, rendition.height) if rendition.kind == Kind.VIDEO else (None, None)
    found = check_chunk(
        track,
        start=chunk.start,
        frames=sum(segment.frames for segment in chunk.segments),
        tolerance=0,
        width=size[0],
        height=size[1],
        # Files of older versions have no edit list.
        composed=track.shown_from > 0,
    )
    found += _check_init(rendition, chunk, track)
    found += _check_segments(chunk, track)
    where = f"{rendition.name}, chunk {chunk.number}: "
    return [Violation(one.code, where + one.message, one.must) for one in found]


def _check_init(
    rendition: StoredRendition, chunk: StoredChunk, track: Track
) -> Iterator[Violation]:
    if hashlib.sha256(track.init).hexdigest() != rendition.init_sha256:
        yield Violation("init", "The init segment is not the one of the rendition.")
    told = (chunk.init_size, rendition.timescale, rendition.codecs, rendition.kind)
    if told != (track.init_size, track.timescale, track.codecs, track.kind):
        yield Violation("init", "The init segment differs from its row.")


def _check_segments(chunk: StoredChunk, track: Track) -> Iterator[Violation]:
    """Check that each segment is some fragments of the file in a row."""
    rest = list(track.fragments)
    for number, segment in enumerate(chunk.segments):
        inside = [one for one in rest if one.start < segment.end]
        rest = rest[len(inside) :]
        real = Segment(
            offset=inside[0].offset if inside else 0,
            size=sum(one.size for one in inside),
            duration=sum(one.duration for one in inside),
            start=inside[0].start if inside else 0,
            frames=sum(one.samples for one in inside),
            keyframes=tuple(
                Keyframe(one.offset, one.keyframe_size, one.duration)
                for one in inside
                if one.keyframe_size and segment.keyframes
            ),
        )
        if real != segment:
            yield Violation("segments", f"Segment {number} is not in the file as its row says.")
    if rest:
        yield Violation("segments", f"{len(rest)} fragments are in no segment.")
