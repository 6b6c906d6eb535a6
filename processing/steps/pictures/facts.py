"""Measure what a video contains, for moderation and for those who edit it."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg.encoding import facts
from processing.ffmpeg.media import Media
from processing.steps import tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures import keeping, rung
from processing.steps.pictures.picture_step import has_audio, has_frames, picture_step
from videos.models import ContentFacts, Rendition


def run(context: TaskContext) -> Outcome:
    """Measure the smallest rung and the audio that plays unasked."""
    frames, audio = rung.smallest(context), rung.audio(context)
    if frames is None and audio is None:
        return Outcome()
    found = _measured(context, frames, audio)
    kept = keeping.keep(context, [])

    def record() -> None:
        kept()
        _record(context, found)

    return Outcome(record=record)


def _measured(
    context: TaskContext, frames: Rendition | None, audio: Rendition | None
) -> facts.Facts:
    film, film_lasts = _joined(context, frames)
    track, track_lasts = _joined(context, audio)
    argv = facts.command(
        context.ffmpeg.program, film, track, context.folder, seconds=track_lasts or 0.0
    )
    given = [path for path in (film, track) if path is not None]
    tools.run(argv, context, max(film_lasts or 0.0, track_lasts or 0.0), given[0])
    return facts.read(context.folder, frames=film_lasts, audio=track_lasts)


def _joined(context: TaskContext, rendition: Rendition | None) -> tuple[Path | None, float | None]:
    """Return a local file of a rendition, in the attempt's folder, and how long it lasts."""
    if rendition is None:
        return None, None
    return rung.joined(context, rendition), rung.seconds(rendition)


def _record(context: TaskContext, found: facts.Facts) -> None:
    ContentFacts.objects.filter(release_id=context.run.pk).delete()
    ContentFacts.objects.create(
        release_id=context.run.pk,
        black=found.black,
        frozen=found.frozen,
        cuts=found.cuts,
        silent=found.silent,
        loudness=found.loudness,
        loudness_range=found.loudness_range,
        true_peak=found.true_peak,
        truncated=list(found.truncated),
    )


def _shows(media: Media) -> bool:
    return has_frames(media) or has_audio(media)


STEP = picture_step("facts", run, shows=_shows)
