"""Verify the stored release, store its exact bitrates, then make it the video's release."""

from collections.abc import Sequence

from django.db.models.functions import Now

from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.notices import Notice
from processing.packaging import checker, plan_checks, release_checks, report
from processing.packaging.kinds import Kind
from processing.packaging.release import StoredRendition, measured
from processing.steps import borders, chunk_validation, completeness, plans, transfers
from processing.steps.context import Outcome, TaskContext
from processing.steps.probed import Probed, Published
from processing.steps.step import Step, TaskSpec
from videos import keys, lifecycle, objects, renditions
from videos.models import Release, Rendition
from videos.storage import outputs
from videos.tracks import described, sounds

_MEASURED = ["bitrate", "peak_bitrate", "iframe_bitrate", "iframe_peak_bitrate"]


class OutputLost(MediaError):
    """Raised when a listed chunk is missing from the storage or has another size."""

    code = "output_lost"


def run(context: TaskContext) -> Outcome:
    """Check the release, and that every listed chunk is stored with its size.

    The outcome's ``record`` then publishes the release. The report is stored either way.
    """
    if borders.differing(context.run.pk):  # spans that ended together could not compare borders
        raise chunk_validation.ChunksDiffer
    release = Release.objects.get(pk=context.run.pk)
    rows = list(
        Rendition.objects.filter(release=release).largest_first().prefetch_related("chunks")
    )
    checked = [_measured(row, release.target_duration) for row in rows]
    found = release_checks.check_release(checked, target=release.target_duration)
    plan = plans.of(context)
    planned = context.run.plan is not None
    if planned:
        found += plan_checks.check_plan(checked, plan)
    kept = report.report(found, checked, target=release.target_duration)
    Release.objects.filter(pk=release.pk).update(report=kept)
    checker.require(found)
    _require_stored(context, rows)
    told = completeness.notices_of(context.run, plans.media_of(context), plan) if planned else None
    shown = Kind.VIDEO if plan.rungs else Kind.AUDIO
    seconds = round(max(one.seconds for one in checked if one.kind == shown), 3)
    added = Published(tuple(sounds.of_video(context.run.video_id)))
    return Outcome(record=lambda: record(context, rows, told, seconds), result=added)


def _measured(row: Rendition, target: int) -> StoredRendition:
    """Return a rendition with its measured bitrates, and set them in its row without saving it."""
    rendition = measured(renditions.stored_one(row), target=target)
    row.peak_bitrate, row.bitrate = rendition.bandwidth, rendition.average_bandwidth
    row.iframe_peak_bitrate = rendition.iframe_bandwidth or None
    row.iframe_bitrate = rendition.iframe_average_bandwidth or None
    return rendition


def _require_stored(context: TaskContext, rows: Sequence[Rendition]) -> None:
    """Raise ``OutputLost`` unless all chunks are stored with their sizes.

    It lists all objects at once, since a request for each would take seconds in a bucket.
    """
    prefix = keys.release_prefix(context.run.pk)
    listed = transfers.ask(context, lambda: list(outputs().list_prefix(prefix)))
    sizes = {stored.key: stored.size for stored in listed}
    for row in rows:
        for chunk in row.chunks.all():
            if sizes.get(chunk.key) != chunk.bytes:
                transfers.require_there(context, outputs())
                raise OutputLost(
                    "A finished part of the video is missing from the storage. Reprocess it."
                )


def record(
    context: TaskContext,
    rows: Sequence[Rendition],
    notices: Sequence[Notice] | None = None,
    seconds: float | None = None,
) -> None:
    """Mark the release as complete, lasting ``seconds``, and switch the video's pointer to it."""
    Rendition.objects.bulk_update(rows, _MEASURED)
    Release.objects.filter(pk=context.run.pk).update(
        state=Release.State.COMPLETE,
        completed_at=Now(),
        notices=None if notices is None else [notice.to_json() for notice in notices],
        duration=seconds,
    )
    release = Release.objects.get(pk=context.run.pk)
    _register(release, context)
    lifecycle.publish(context.run.video_id, release=release)
    described.follow(context.run.video_id)


def _register(release: Release, context: TaskContext) -> None:
    """Register the objects that a worker of the previous version listed without registering."""
    objects.register_releases([release.pk])
    objects.register_sources([context.run.source_id] if context.run.source_id else [])


def _follow(result: object) -> Sequence[TaskSpec]:
    if not isinstance(result, Probed):
        return ()
    return (TaskSpec("publish", after=tuple(("encode", span.number) for span in result.spans)),)


STEP = Step(
    kind="publish",
    queue="media",
    stage="publishing",
    label="Finishing up",
    share=2.0,
    run=run,
    follow=_follow,
    version=3,  # raised when plans began to have clips
)
