"""The chunks of a rendition as local files, for the steps that work on what was made."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from processing.ffmpeg.errors import Interrupted
from processing.steps import transfers
from processing.steps.context import TaskContext
from videos.models import Chunk, Rendition
from videos.storage import outputs


def local(
    context: TaskContext, rendition: Rendition, chunks: Iterable[Chunk] | None = None
) -> list[Path]:
    """Return all chunks, or those given, as local files: in place if the storage is a disk, else
    fetched. Each begins with its init segment, so it can be read alone."""
    paths = []
    for chunk in rendition.chunks.all() if chunks is None else chunks:
        if reason := context.should_stop():
            raise Interrupted(reason)
        key = chunk.key
        path = transfers.look_for(context, partial(outputs().local_path, key))
        if path is None:
            path = context.folder / f"{rendition.name}-{chunk.number:05d}.part"
            transfers.fetch(context, outputs(), chunk.key, path)
        paths.append(path)
    return paths


def let_go(context: TaskContext, paths: Sequence[Path]) -> None:
    """Delete fetched chunks that are no longer needed. Files in the storage stay."""
    for path in paths:
        if path.is_relative_to(context.folder):
            path.unlink()
