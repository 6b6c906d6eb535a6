"""Join the streaming chunks into MP4 files for download. No other step waits for this one."""

from collections.abc import Sequence
from datetime import timedelta

from processing.packaging import codecs, join
from processing.steps import chaptered, chunk_files, plans, tools, transfers
from processing.steps.chaptered import Chaptered
from processing.steps.context import Outcome, TaskContext
from processing.steps.probed import Probed
from processing.steps.step import Step, TaskSpec
from videos import keys, objects
from videos.models import Rendition, StoredObject

_CONTENT_TYPE = "video/mp4"
_KEPT = timedelta(hours=6)


def run(context: TaskContext) -> Outcome:
    """Make a file for each rung that the profile offers for download."""
    offered = {rung.name for rung in plans.of(context).rungs if rung.download}
    renditions = list(
        Rendition.objects.filter(release_id=context.run.pk)
        .order_by("id")
        .prefetch_related("chunks")
    )
    made = [rendition for rendition in renditions if rendition.name in offered]
    chapters = chaptered.of_release(context.run.pk)
    earlier = [rendition.download_key for rendition in renditions if rendition.download_key]
    _register(context, made)
    tools.let_go_of_database()
    # Players start a file with its first audio track, so the default track comes first.
    heard = sorted(filter(_is_heard_everywhere, renditions), key=lambda r: not r.default)
    audio_tracks = [chunk_files.local(context, rendition) for rendition in heard]
    for number, rendition in enumerate(made):
        out = context.folder / f"{rendition.name}.mp4"
        frames = chunk_files.local(context, rendition)
        join.progressive(
            [frames, *audio_tracks],
            out,
            chapters=chapters.rows,
            should_stop=context.should_stop,
        )
        chunk_files.let_go(context, frames)
        rendition.download_bytes = out.stat().st_size
        transfers.take(context, rendition.download_key, out, content_type=_CONTENT_TYPE)
        context.report((number + 1) / len(made), None)
    return Outcome(record=lambda: _record(context, made, chapters, earlier))


def _is_heard_everywhere(rendition: Rendition) -> bool:
    """Whether a rendition is AAC audio. Files must play anywhere, so newer codecs are left out."""
    codec = rendition.codec or codecs.of_string(rendition.codecs)
    return rendition.kind == Rendition.Kind.AUDIO and codec == "aac"


def _register(context: TaskContext, made: Sequence[Rendition]) -> None:
    """Set the files' keys and register them all at once; their sizes are not known yet."""
    for rendition in made:
        rendition.download_key = keys.download(context.output_prefix, rendition.name)
    planned = [
        objects.Planned(rendition.download_key, StoredObject.Role.DOWNLOAD, _CONTENT_TYPE)
        for rendition in made
    ]
    context.insist(
        lambda: objects.write_ahead(planned, release_id=context.run.pk, token=context.task.token)
    )


def _record(
    context: TaskContext,
    made: Sequence[Rendition],
    chapters: Chaptered,
    earlier: Sequence[str],
) -> None:
    """List the files. Those that they replace stay for a while, since they may be read."""
    Rendition.objects.bulk_update(made, ["download_key", "download_bytes"])
    sizes = {row.download_key: row.download_bytes or 0 for row in made}
    objects.confirm(context.task.token, sizes)
    objects.mark_outputs(earlier, after=_KEPT)
    chaptered.note(context.run.pk, chapters)


def _follow(result: object) -> Sequence[TaskSpec]:
    if not isinstance(result, Probed) or not result.downloads:
        return ()
    return (TaskSpec("downloads", after=(("publish", 0),)),)


STEP = Step(
    kind="downloads",
    queue="media",
    stage="packaging",
    label="Preparing the download",
    share=0.0,
    essential=False,
    bulk=True,
    run=run,
    follow=_follow,
)
