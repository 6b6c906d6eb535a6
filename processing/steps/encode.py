"""Encode a span of every rung and all sound from one decode; check, store and list it."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from processing.ffmpeg.encoding import commands
from processing.ffmpeg.errors import EncodeFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import ladder, lengths, tracks
from processing.ffmpeg.planning.chunks import Span
from processing.ffmpeg.planning.ladder import Profile
from processing.ffmpeg.running.progress import Progress
from processing.steps import listing, made, sources, tools
from processing.steps.job import Job, Outcome
from processing.steps.made import MadeChunk
from videos.models import Rendition
from videos.storage import outputs

CONTENT_TYPE = "video/mp4"
_STORED_AT_ONCE = 6


def run(job: Job) -> Outcome:
    """Make the span's chunks; their rows appear with the finishing of the task."""
    profile = Profile.from_json(job.run.profile)
    media = tools.wanted(Media.from_json(job.source.media or {}), profile)
    span = Span.from_json(job.task.input["span"])
    rungs = ladder.rungs_for(media.video, profile) if media.video else ()
    heard = tracks.tracks_of(media)
    source = sources.local(job.source, should_stop=job.should_stop)
    inits = dict(Rendition.objects.filter(release_id=job.run.pk).values_list("name", "init_sha256"))
    argv = commands.encode(
        media,
        rungs,
        heard,
        profile,
        span,
        ffmpeg=settings.FFMPEG,
        source=source,
        out=job.folder,
        threads=tools.threads(alone=span.number == 0 and not span.whole),
    )
    seconds = lengths.seconds_of(span, media)
    try:
        finished = tools.run(argv, job, seconds, source, _reporter(job, media, span, seconds))
    except EncodeFailed as error:
        if span.copies:
            raise made.CopyUnfit(argv=error.argv, log=error.log) from error
        raise
    written = sorted(job.folder.glob("*.mp4"))
    segment = made.segment_seconds(media, profile)
    done = [
        made.read(path, prefix=job.output_prefix, span=span, seconds=segment) for path in written
    ]
    made.require_good(done, media=media, span=span, rungs=rungs, inits=inits if span.number else {})
    _store(done)
    listed = listing.Listed(media=media, profile=profile, rungs=rungs, tracks=heard)
    return Outcome(
        record=lambda: listing.record(job, span, listed, done),
        argv=finished.argv,
        log=finished.log,
    )


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
