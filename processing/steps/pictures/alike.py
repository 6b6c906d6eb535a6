"""Hash the scenes of a video, by which moderators find its copies."""

from __future__ import annotations

from processing.ffmpeg.encoding import scenes
from processing.steps import tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures import keeping, rung
from processing.steps.pictures.picture_step import has_frames, picture_step
from videos.models import SceneHash


def run(context: TaskContext) -> Outcome:
    """Hash keyframes of the smallest rung."""
    rendition = rung.smallest(context)
    if rendition is None:
        return Outcome()
    source = rung.joined(context, rendition)
    argv = scenes.command(context.ffmpeg.program, source, context.folder)
    tools.run(argv, context, rung.seconds(rendition), source)
    source.unlink()
    rows = [
        SceneHash.of(context.run.pk, scene.time, scene.bits)
        for scene in scenes.read(context.folder)
    ]
    kept = keeping.keep(context, [])

    def record() -> None:
        kept()
        SceneHash.objects.filter(release_id=context.run.pk).delete()
        SceneHash.objects.bulk_create(rows)

    return Outcome(record=record)


STEP = picture_step("alike", run, shows=has_frames)
