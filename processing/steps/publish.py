"""Verify what was stored, tell its exact bitrates, then make the release the video's."""

from collections.abc import Sequence

from django.db.models.functions import Now

from processing.ffmpeg.errors import MediaError
from processing.packaging import checker, hls, segments
from processing.steps.job import Job, Outcome
from videos import lifecycle
from videos.models import Release, Rendition
from videos.storage import outputs


class OutputLost(MediaError):
    """Raised when a chunk is not in the storage as it was listed."""

    code = "output_lost"


def run(job: Job) -> Outcome:
    """Every listed chunk is in the storage with its size; then switch the pointer."""
    renditions = list(Rendition.objects.filter(release_id=job.run.pk).prefetch_related("chunks"))
    for rendition in renditions:
        rendition.peak_bitrate, rendition.bitrate = hls.bandwidths(_refs(rendition))
    checker.require(_findings(renditions))
    _require_stored(job, renditions)
    return Outcome(record=lambda: record(job, renditions))


def _refs(rendition: Rendition) -> list[hls.MediaSegmentRef]:
    return [
        hls.MediaSegmentRef("", s.offset, s.size, s.duration / rendition.timescale)
        for s in _segments(rendition)
    ]


def _segments(rendition: Rendition) -> list[segments.Segment]:
    return [s for chunk in rendition.chunks.all() for s in segments.from_json(chunk.segments)]


def _findings(renditions: Sequence[Rendition]) -> list[checker.Finding]:
    video = [_track(r) for r in renditions if r.kind == Rendition.Kind.VIDEO]
    audio = [_track(r) for r in renditions if r.kind == Rendition.Kind.AUDIO]
    return checker.check_release(video, audio)


def _track(rendition: Rendition) -> checker.ReleaseTrack:
    made = _segments(rendition)
    seconds = [segment.duration / rendition.timescale for segment in made]
    return checker.ReleaseTrack(
        name=rendition.name,
        timescale=rendition.timescale,
        segments=made,
        target_seconds=max(seconds, default=0.0),
        bandwidth=rendition.peak_bitrate or 0,
        average_bandwidth=rendition.bitrate or 0,
        extinf=[round(value, 6) for value in seconds],
    )


def _require_stored(job: Job, renditions: Sequence[Rendition]) -> None:
    """One listing for all objects: asking for each would take seconds in a bucket."""
    sizes = {stored.key: stored.size for stored in outputs().list_prefix(f"releases/{job.run.pk}/")}
    for rendition in renditions:
        for chunk in rendition.chunks.all():
            if sizes.get(chunk.key) != chunk.bytes:
                raise OutputLost(
                    "A finished part of the video is missing from the storage. Reprocess it."
                )


def record(job: Job, renditions: Sequence[Rendition]) -> None:
    """Complete the release and switch the video's pointer to it."""
    Rendition.objects.bulk_update(renditions, ["bitrate", "peak_bitrate"])
    Release.objects.filter(pk=job.run.pk).update(state=Release.State.COMPLETE, completed_at=Now())
    release = Release.objects.get(pk=job.run.pk)
    replaced = lifecycle.publish(job.run.video_id, release=release)
    if replaced is not None:
        Release.objects.filter(pk=replaced.pk).update(state=Release.State.RETIRED)
