"""The poster of what has no frames: its cover art, or else its waveform."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from processing.ffmpeg.encoding import cover
from processing.ffmpeg.encoding.waveform import Waveform
from processing.ffmpeg.errors import ProcessFailed, RoomDoubtful
from processing.ffmpeg.media import Media
from processing.images.examine import Examined, ImageInvalid, ImageTooLarge, examine
from processing.steps import sources, tools
from processing.steps.context import SourceMissing, TaskContext
from processing.steps.pictures import drawing
from processing.steps.pictures.keeping import Made
from videos.models import Picture, Release

POSTER, SMALL = "waveform-poster", "waveform-poster-small"
_SIDES = {POSTER: 1280, SMALL: 640}
_WIDTH, _HEIGHT = 1280, 720
_WAVE = 0.5
_SECONDS = 60.0


def made(context: TaskContext, media: Media, waveform: Waveform) -> list[Made]:
    """Make the poster and the small one for lists."""
    shown = _cover(context, media) or _drawn(context, waveform)
    return [_small(shown, shown.files[name], side) for name, side in _SIDES.items()]


def _small(shown: Examined, path: Path, side: int) -> Made:
    factor = min(1.0, side / max(shown.width, shown.height))
    width, height = (max(1, round(one * factor)) for one in (shown.width, shown.height))
    return Made(path, "image/jpeg", width, height)


def record(release_id: UUID) -> None:
    """Show the poster for its release, unless that has another one. Its row is listed already."""
    rows = Picture.objects.filter(release_id=release_id, kind="waveform")
    keys = dict(rows.values_list("name", "key"))
    poster, small = (keys.get(f"{name}.jpg", "") for name in (POSTER, SMALL))
    if poster:
        Release.objects.filter(pk=release_id).update(poster_key=poster, small_poster_key=small)


def _cover(context: TaskContext, media: Media) -> Examined | None:
    """Return the first cover that can be decoded; None if there is none, or the original is
    gone."""
    covers = [one.index for one in media.others if one.kind == "cover"]
    try:
        source = sources.local(context) if covers else None
    except SourceMissing:
        return None
    decoded = (_decoded(context, source, index) for index in covers if source is not None)
    return next((one for one in decoded if one is not None), None)


def _decoded(context: TaskContext, source: Path, index: int) -> Examined | None:
    """Decode the image of a stream; return None if it is none."""
    out = context.folder / f"cover-{index}"
    try:
        argv = cover.command(context.ffmpeg.program, source, out, index=index)
        tools.run(argv, context, _SECONDS, source)
        return examine(out, context.folder, context.ffmpeg, wanted=_SIDES)
    except RoomDoubtful:
        raise
    except (ProcessFailed, ImageInvalid, ImageTooLarge):
        return None


def _drawn(context: TaskContext, waveform: Waveform) -> Examined:
    out = context.folder / "drawn.png"
    columns = waveform.columns(_WIDTH)
    drawing.waveform(out, columns, _HEIGHT, share=_WAVE, background=drawing.NIGHT)
    return examine(out, context.folder, context.ffmpeg, wanted=_SIDES)
