"""The files of a poster: JPEG and WebP, in each size that the video has."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

from processing.ffmpeg.encoding import frame
from processing.ffmpeg.errors import ProcessFailed, RoomDoubtful
from processing.ffmpeg.media import Media
from processing.steps import chunk_files, sources, tools, transfers
from processing.steps.context import SourceMissing, TaskContext
from processing.steps.pictures import rung
from videos import frames
from videos.models import Rendition
from videos.storage import ObjectMissing, outputs

SIDES = (320, 640, 1280)
"""The longest sides of a poster's files, in pixels. None is larger than the video."""
TYPES = {".jpg": "image/jpeg", ".webp": "image/webp"}
_SMALL_SIDE = 640
# A rung that is smaller than the source by less than this shows the same.
_AS_LARGE = 0.8


def made(
    context: TaskContext, media: Media, seconds: float | None, picture: Path | None
) -> list[frame.Wanted]:
    """Write the files of a poster into the attempt's folder: of the frame at a second of the video,
    or, without one, of a picture that is there."""
    if media.video is None:
        raise ValueError("no frames")
    most = min(SIDES[-1], max(media.video.display_width, media.video.display_height))
    rendition = rung.smallest(context, longest=most)
    if rendition is None:
        raise ValueError("no rung")
    largest = max(_shape(rendition))
    if picture is not None:
        wanted = _files(context, _shape(rendition), most)
        argv = frame.of_picture(context.ffmpeg.program, picture, wanted)
        tools.run(argv, context, 1.0, picture)
        return wanted
    if largest < most * _AS_LARGE and (of_source := _of_source(context, media, seconds or 0.0)):
        return of_source
    return _of_rung(context, rendition, min(most, largest), seconds or 0.0)


def shown(names: Sequence[str]) -> tuple[str, str]:
    """Return the name of the poster that is shown, and of the one for lists; empty if there is
    none that is smaller."""
    sides = sorted(_side(name) for name in names if name.endswith(".jpg"))
    small = [side for side in sides[:-1] if side <= _SMALL_SIDE]
    return f"poster-{sides[-1]}.jpg", f"poster-{small[-1]}.jpg" if small else ""


def stored(context: TaskContext, key: str) -> Path | None:
    """Return a stored poster as a local file; None if it is missing."""
    try:
        path = transfers.look_for(context, partial(outputs().local_path, key))
        if path is None:
            path = context.folder / "stored.jpg"
            transfers.fetch(context, outputs(), key, path)
    except ObjectMissing:
        return None
    return path if path.exists() else None


def _side(name: str) -> int:
    return int(name.removeprefix("poster-").split(".")[0])


def _of_rung(
    context: TaskContext, rendition: Rendition, most: int, seconds: float
) -> list[frame.Wanted]:
    place = frames.at(rendition, list(rendition.chunks.all()), Fraction(seconds))
    [file] = chunk_files.local(context, rendition, [place.chunk])
    wanted = _files(context, _shape(rendition), most)
    argv = frame.command(context.ffmpeg.program, frame.Taken(file, place.seek), wanted)
    tools.run(argv, context, place.chunk.duration / rendition.timescale, file)
    chunk_files.let_go(context, [file])
    return wanted


def _of_source(context: TaskContext, media: Media, seconds: float) -> list[frame.Wanted] | None:
    """Take the frame from the source, of which all rungs are much smaller; return None if it is
    gone, or cannot be read there."""
    if media.video is None:
        return None
    try:
        source = sources.local(context)
    except SourceMissing:
        return None
    shape = media.video.display_width, media.video.display_height
    wanted = _files(context, shape, min(SIDES[-1], max(shape)))
    taken = frame.of_source(media, media.video, source, seconds)
    argv = frame.command(context.ffmpeg.program, taken, wanted)
    try:
        tools.run(argv, context, media.duration, source)
    except RoomDoubtful:
        raise
    except ProcessFailed:
        return None
    return wanted if all(one.path.exists() for one in wanted) else None


def _files(context: TaskContext, shape: tuple[int, int], most: int) -> list[frame.Wanted]:
    """Return a file for each size up to that of a frame of this shape, whose longest side is
    `most`, in each format that can be written."""
    largest = _even(most)
    sides = [*(side for side in SIDES if side < largest), largest]
    formats = [".jpg", *([".webp"] if context.ffmpeg.has_encoder("libwebp") else [])]
    return [
        frame.Wanted(
            context.folder / f"poster-{side}{suffix}",
            _even(shape[0] * side / max(shape)),
            _even(shape[1] * side / max(shape)),
        )
        for side in sides
        for suffix in formats
    ]


def _shape(rendition: Rendition) -> tuple[int, int]:
    return rendition.width or 2, rendition.height or 2


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))
