"""Write the rows of a release as its chunks are finished, inside the finishing transactions."""

from collections.abc import Sequence

from django.db.models import Sum

from processing.ffmpeg.output_format import CHANNELS
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.span_plan import Span
from processing.models import Task
from processing.packaging import hls, segments
from processing.packaging.kinds import Kind
from processing.steps.chunk_validation import MadeChunk
from processing.steps.context import TaskContext
from videos import lifecycle, objects
from videos.events import log
from videos.models import Chunk, Release, Rendition


def record(context: TaskContext, span: Span, plan: EncodePlan, done: Sequence[MadeChunk]) -> None:
    """Write the rows of a span's chunks. The first span also writes the renditions' rows, and makes
    the video playable."""
    release = Release.objects.get(pk=context.run.pk)
    if span.number == 0:
        Rendition.objects.bulk_create(_rendition(release, plan, chunk) for chunk in done)
    renditions = {rendition.name: rendition for rendition in release.renditions.all()}
    Chunk.objects.bulk_create(_chunk(renditions[c.name], span, c) for c in done)
    objects.confirm(context.task.token)
    release.available_seconds = _available_seconds(release)
    release.target_duration = _target_seconds(span, plan)
    release.save(update_fields=["available_seconds", "target_duration"])
    if span.number == 0:
        lifecycle.make_playable(context.run.video_id, release=release)
    tell_when_whole(context.task, release)


def tell_when_whole(task: Task, release: Release) -> None:
    """Log each rendition of a release, the largest first, once the last of its chunks is listed,
    which is that of ``task``. Every span is made in all renditions at once; the task is marked as
    done, and its run is locked."""
    of_run = Task.objects.filter(run=task.run_id, kind=task.kind)
    if of_run.exclude(state=Task.State.DONE).exists():
        return
    chunks = Chunk.objects.filter(rendition__release=release).order_by().values("rendition")
    totals = chunks.values_list("rendition", Sum("bytes"), Sum("duration"))
    made = {pk: (size, ticks) for pk, size, ticks in totals}
    for row in release.renditions.largest_first():
        size, ticks = made[row.pk]
        log.write(
            "video.rendition.ready",
            task.run.video_id,
            job=str(task.run_id),
            rendition={
                "name": row.name,
                "kind": row.kind,
                "codec": row.codec or row.codecs,
                "width": row.width,
                "height": row.height,
                "bitrate": round(size * 8 * row.timescale / ticks),
            },
        )


def _rendition(release: Release, plan: EncodePlan, chunk: MadeChunk) -> Rendition:
    """Return a rendition's row. Until the release is complete, its bitrates are the caps."""
    track = chunk.track
    rendition = Rendition(
        release=release,
        name=chunk.name,
        codec=track.codec,
        codecs=track.codecs,
        timescale=track.timescale,
        init_sha256=chunk.init_sha256,
    )
    if chunk.kind == Kind.VIDEO:
        cap = next(rung.maxrate for rung in plan.rungs if rung.name == chunk.name)
        rendition.kind = Rendition.Kind.VIDEO
        rendition.width, rendition.height = track.width, track.height
        rendition.frame_rate = str(plan.grid.rate) if plan.grid else ""
    else:
        heard = next(heard for heard in plan.tracks if heard.name == chunk.name)
        cap = plan.bitrate_of(heard)
        rendition.kind = Rendition.Kind.AUDIO
        rendition.channels, rendition.language = CHANNELS, heard.language
        rendition.title, rendition.default = heard.title, heard.default
    rendition.bitrate = rendition.peak_bitrate = cap
    return rendition


def _chunk(rendition: Rendition, span: Span, chunk: MadeChunk) -> Chunk:
    return Chunk(
        rendition=rendition,
        number=span.number,
        key=chunk.key,
        bytes=chunk.size,
        init_bytes=chunk.track.init_size,
        start=chunk.segments[0].start,
        duration=sum(segment.duration for segment in chunk.segments),
        segments=segments.to_json(chunk.segments),
    )


def _target_seconds(span: Span, plan: EncodePlan) -> int:
    """Return whole seconds that no segment exceeds, or 0 if no segments will follow."""
    if span.whole:
        return 0
    return hls.planned_target(float(plan.segment_seconds), regular=not span.copies)


def _available_seconds(release: Release) -> float:
    """Return how many seconds play from the start without a gap, in the shortest rendition."""
    rows = Chunk.objects.filter(rendition__release=release).order_by("rendition", "number")
    ends: dict[int, float] = {}
    counts: dict[int, int] = {}
    for rendition, number, timescale, start, duration in rows.values_list(
        "rendition", "number", "rendition__timescale", "start", "duration"
    ):
        if number == counts.get(rendition, 0):
            counts[rendition] = number + 1
            ends[rendition] = (start + duration) / timescale
    return round(min(ends.values(), default=0.0), 3)
