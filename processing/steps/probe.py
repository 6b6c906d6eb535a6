"""Find out what the source is."""

from django.conf import settings

from processing.ffmpeg import probe
from processing.steps import sources, tools
from processing.steps.job import Job, Outcome
from videos.models import Source, Video


def run(job: Job) -> Outcome:
    """Probe the source and keep what was found with it."""
    source = sources.local(job.source, should_stop=job.should_stop)
    tools.let_go_of_database()
    media = probe.probe(
        source,
        ffprobe=settings.FFPROBE,
        sandbox=tools.sandbox(),
        limits=probe.ProbeLimits(),
        should_stop=job.should_stop,
    )
    kind = Video.MediaType.VIDEO if media.video else Video.MediaType.AUDIO

    def record() -> None:
        Source.objects.filter(pk=job.source.pk).update(media=media.to_json())
        Video.objects.filter(pk=job.run.video_id).update(media_type=kind)

    return Outcome(record=record, media=media)
