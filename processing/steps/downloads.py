"""Join MP4 files for download from the chunks that stream. Nothing waits for it."""

from collections.abc import Sequence
from pathlib import Path

from processing.ffmpeg.errors import Interrupted
from processing.packaging import join
from processing.steps import tools, wanted
from processing.steps.job import Job, Outcome
from videos.models import Rendition
from videos.storage import outputs

_CONTENT_TYPE = "video/mp4"


def run(job: Job) -> Outcome:
    """Make a file of each rung the profile offers."""
    offered = {rung.name for rung in wanted.of(job).rungs if rung.download}
    renditions = list(
        Rendition.objects.filter(release_id=job.run.pk).order_by("id").prefetch_related("chunks")
    )
    tools.let_go_of_database()
    sounds = [_files(job, r) for r in renditions if r.kind == Rendition.Kind.AUDIO]
    made = [rendition for rendition in renditions if rendition.name in offered]
    for number, rendition in enumerate(made):
        out = job.folder / f"{rendition.name}.mp4"
        pictures = _files(job, rendition)
        join.progressive([pictures, *sounds], out, should_stop=job.should_stop)
        _let_go(job, pictures)
        rendition.download_key = f"{job.output_prefix}{rendition.name}.mp4"
        rendition.download_bytes = out.stat().st_size
        outputs().take_file(rendition.download_key, out, content_type=_CONTENT_TYPE)
        job.report((number + 1) / len(made), None)
    return Outcome(record=lambda: _record(made))


def _files(job: Job, rendition: Rendition) -> list[Path]:
    """The chunks as local files: where they lie on disk, or fetched."""
    paths = []
    for chunk in rendition.chunks.all():
        if reason := job.should_stop():
            raise Interrupted(reason)
        path = outputs().local_path(chunk.key)
        if path is None:
            path = job.folder / f"{rendition.name}-{chunk.number:05d}.part"
            outputs().fetch(chunk.key, path)
        paths.append(path)
    return paths


def _let_go(job: Job, paths: Sequence[Path]) -> None:
    """Fetched chunks are no longer needed; what lies in the storage stays."""
    for path in paths:
        if path.is_relative_to(job.folder):
            path.unlink()


def _record(made: Sequence[Rendition]) -> None:
    Rendition.objects.bulk_update(made, ["download_key", "download_bytes"])
