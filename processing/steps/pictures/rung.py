"""The rendition that pictures are made of: the smallest that is large enough.

It is the cheapest to decode, and shows what the source shows: upright, with square pixels, and in
the colours of every screen.
"""

import math
from pathlib import Path

from processing.packaging import join, segments
from processing.steps import chunk_files, tools
from processing.steps.context import TaskContext
from videos.models import Rendition


def smallest(context: TaskContext, *, width: int = 0, height: int = 0) -> Rendition | None:
    """Return the smallest rung of H.264 that has at least ``width`` by ``height`` pixels, or the
    largest if none has; None if there is no video. Its chunks are prefetched."""
    rungs = [
        rendition
        for rendition in _renditions(context, Rendition.Kind.VIDEO)
        if rendition.codec in ("", "h264")
    ]
    rungs.sort(key=lambda rung: (rung.width or 0) * (rung.height or 0))
    large = [rung for rung in rungs if (rung.width or 0) >= width and (rung.height or 0) >= height]
    if large:
        return large[0]
    return rungs[-1] if rungs else None


def audio(context: TaskContext) -> Rendition | None:
    """Return the audio that plays unasked; None if there is none. Its chunks are prefetched."""
    heard = [one for one in _renditions(context, Rendition.Kind.AUDIO) if one.codec in ("", "aac")]
    return next((one for one in heard if one.default), heard[0] if heard else None)


def seconds(rendition: Rendition) -> float:
    """Return how long the rendition lasts."""
    return sum(chunk.duration for chunk in rendition.chunks.all()) / rendition.timescale


def longest_gop(rendition: Rendition) -> float:
    """Return the most seconds from one keyframe to the next; infinite if that is not known."""
    lengths = (
        keyframe.duration / rendition.timescale
        for chunk in rendition.chunks.all()
        for segment in segments.from_json(chunk.segments)
        for keyframe in segment.keyframes
    )
    return max(lengths, default=math.inf)


def joined(context: TaskContext, rendition: Rendition) -> Path:
    """Return a local MP4 file of the whole rendition, in the attempt's folder."""
    out = context.folder / f"{rendition.name}.joined.mp4"
    tools.let_go_of_database()
    chunks = chunk_files.local(context, rendition)
    join.progressive([chunks], out, should_stop=context.should_stop)
    chunk_files.let_go(context, chunks)
    return out


def _renditions(context: TaskContext, kind: Rendition.Kind) -> list[Rendition]:
    rows = Rendition.objects.filter(release_id=context.run.pk, kind=kind).order_by("id")
    return list(rows.prefetch_related("chunks"))
