"""Take the frames at the begin, the middle and the end of a video, with names that never change."""

from fractions import Fraction

from processing.ffmpeg.encoding import frame
from processing.steps import chunk_files, tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures import keeping, rung
from processing.steps.pictures.picture_step import has_frames, picture_step
from videos import frames
from videos.models import Chunk, Rendition

_JPEG = "image/jpeg"
_WIDTH = 320


def run(context: TaskContext) -> Outcome:
    """Make the three thumbnails."""
    rendition = rung.smallest(context, width=_WIDTH)
    if rendition is None:
        return Outcome()
    chunks = list(rendition.chunks.all())
    seconds = float(frames.seconds_of(rendition, chunks))
    made = [
        _made(context, rendition, chunks, name, seconds * share)
        for name, share in (("begin", 0.0), ("middle", 0.5), ("end", 1.0))
    ]
    return Outcome(record=keeping.keep(context, made))


def _made(
    context: TaskContext, rendition: Rendition, chunks: list[Chunk], name: str, at: float
) -> keeping.Made:
    """Take the frame that is shown at a second of the video."""
    place = frames.at(rendition, chunks, Fraction(at))
    [source] = chunk_files.local(context, rendition, [place.chunk])
    out = context.folder / f"thumbnail-{name}.jpg"
    argv = frame.thumbnail(
        context.ffmpeg.program, source, out, at=place.seek, width=_width(rendition)
    )
    tools.run(argv, context, place.chunk.duration / rendition.timescale, source)
    chunk_files.let_go(context, [source])
    return keeping.Made(out, _JPEG, *_size(rendition), facts={"time": round(at, 3)})


def _width(rendition: Rendition) -> int:
    return min(_WIDTH, rendition.width or _WIDTH)


def _size(rendition: Rendition) -> tuple[int, int]:
    width = _width(rendition)
    return width, max(1, round((rendition.height or 1) * width / (rendition.width or 1)))


STEP = picture_step("thumbnails", run, shows=has_frames)
