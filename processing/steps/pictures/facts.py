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
    lasting = [rung.seconds(one) if one is not None else None for one in (frames, audio)]
    found = _measured(context, frames, audio, lasting)
    kept = keeping.keep(context, [])

    def record() -> None:
        kept()
        _record(context, found)

    return Outcome(record=record)


def _measured(
    context: TaskContext,
    frames: Rendition | None,
    audio: Rendition | None,
    lasting: list[float | None],
) -> facts.Facts:
    files = [rung.joined(context, one) if one is not None else None for one in (frames, audio)]
    given: list[Path] = [path for path in files if path is not None]
    seconds = max(one or 0.0 for one in lasting)
    argv = facts.command(context.ffmpeg.program, *files, context.folder, seconds=lasting[1] or 0.0)
    tools.run(argv, context, seconds, given[0])
    for path in given:
        path.unlink()
    return facts.read(context.folder, frames=lasting[0], audio=lasting[1])


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
