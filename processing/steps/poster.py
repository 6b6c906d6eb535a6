"""Take a still for the library. Nothing waits for it."""

from django.conf import settings

from processing.ffmpeg.encoding import pictures
from processing.ffmpeg.media import Media
from processing.steps import sources, tools
from processing.steps.job import Job, Outcome
from videos.models import Release
from videos.storage import outputs

_CONTENT_TYPE = "image/jpeg"


def run(job: Job) -> Outcome:
    """Make the poster of the release."""
    media = Media.from_json(job.source.media or {})
    if media.video is None:
        return Outcome()
    source = sources.local(job.source, should_stop=job.should_stop)
    argv = pictures.poster(
        media, media.video, ffmpeg=settings.FFMPEG, source=source, out=job.folder
    )
    finished = tools.run(argv, job, media.duration, source)
    made = job.folder / pictures.POSTER_FILENAME
    if not made.exists():
        return Outcome(argv=finished.argv, log=finished.log)
    key = f"{job.output_prefix}{pictures.POSTER_FILENAME}"
    outputs().put_file(key, made, content_type=_CONTENT_TYPE)
    return Outcome(
        record=lambda: Release.objects.filter(pk=job.run.pk).update(poster_key=key),
        argv=finished.argv,
        log=finished.log,
    )
