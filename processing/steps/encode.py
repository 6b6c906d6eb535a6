"""Encode a span of every rung and all sound from one decode; check, store and list it."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from processing.ffmpeg.encoding import commands
from processing.ffmpeg.errors import EncodeFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import lengths
from processing.ffmpeg.planning.chunks import Span
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.progress import Progress
from processing.steps import listing, made, sources, tools, wanted
from processing.steps.job import Job, Outcome
from processing.steps.made import MadeChunk
from processing.steps.wanted import Wanted
from videos.models import Rendition
from videos.storage import outputs

CONTENT_TYPE = "video/mp4"
_STORED_AT_ONCE = 6


def run(job: Job) -> Outcome:
    """Make the span's chunks; their rows appear with the finishing of the task."""
    made_of, span = wanted.of(job), Span.from_json(job.task.input["span"])
    inits = _inits(job) if span.number else {}
    finished = _encode(job, made_of, span)
    done = [
        made.read(path, prefix=job.output_prefix, span=span, seconds=made_of.segment_seconds)
        for path in sorted(job.folder.glob("*.mp4"))
    ]
    made.require_good(done, wanted=made_of, span=span, inits=inits)
    _store(done)
    return Outcome(
        record=lambda: listing.record(job, span, made_of, done),
        argv=finished.argv,
        log=finished.log,
    )


def _inits(job: Job) -> dict[str, str]:
    """The hashes of the init segments of the renditions there are."""
    rows = Rendition.objects.filter(release_id=job.run.pk)
    return dict(rows.values_list("name", "init_sha256"))


def _encode(job: Job, made_of: Wanted, span: Span) -> runner.Finished:
    """One FFmpeg for all renditions of the span."""
    source = sources.local(job.source, should_stop=job.should_stop)
    argv = commands.encode(
        made_of.media,
        made_of.rungs,
        made_of.tracks,
        made_of.profile,
        span,
        ffmpeg=settings.FFMPEG,
        source=source,
        out=job.folder,
        threads=tools.threads(alone=span.number == 0 and not span.whole),
    )
    seconds = lengths.seconds_of(span, made_of.media)
    try:
        return tools.run(argv, job, seconds, source, _reporter(job, made_of.media, span, seconds))
    except EncodeFailed as error:
        if span.copies:
            raise made.CopyUnfit(argv=error.argv, log=error.log) from error
        raise


def _reporter(job: Job, media: Media, span: Span, seconds: float) -> Callable[[Progress], None]:
    """By frames, since FFmpeg's own clock counts from the start of the source."""
    began = time.monotonic()
    start = lengths.start_of(span, media)

    def report(progress: Progress) -> None:
        if media.video is not None:
            done = progress.frame / float(media.video.frame_rate)
        else:
            done = progress.out_seconds - start
        share = min(max(done / seconds, 0.0), 0.99)
        elapsed = time.monotonic() - began
        job.report(share, share * seconds / elapsed if share and elapsed > 0 else None)

    return report


def _store(done: Sequence[MadeChunk]) -> None:
    """All at once: in a bucket each waits for an answer of its own."""
    with ThreadPoolExecutor(_STORED_AT_ONCE) as pool:
        stored = [
            pool.submit(outputs().take_file, chunk.key, chunk.path, content_type=CONTENT_TYPE)
            for chunk in done
        ]
    for future in stored:
        future.result()
