"""Encode a span in every rung, and its audio, from one decode; check, store and list the chunks."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from processing.ffmpeg import counted
from processing.ffmpeg.encoding import commands, outputs
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.errors import (
    MediaError,
    ProcessFailed,
    ProcessStalled,
    ProcessTimedOut,
    RoomDoubtful,
)
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import lengths
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.span_plan import Span
from processing.ffmpeg.running import runner, verdict
from processing.ffmpeg.running.progress import Progress
from processing.packaging.track import made_by_us
from processing.steps import borders, chunk_validation, listing, plans, sources, tools, transfers
from processing.steps.chunk_validation import MadeChunk
from processing.steps.context import Outcome, TaskContext
from processing.steps.probed import Probed
from processing.steps.step import Step, TaskSpec
from videos import objects
from videos.models import Rendition, StoredObject

CONTENT_TYPE = "video/mp4"
_STORED_AT_ONCE = 6
# One second of 1080p at 30 frames a second costs 1, a second of audio a twentieth.
_UNIT_PIXELS_A_SECOND = 1920 * 1080 * 30
_AUDIO_COST = 0.05
_LEAST_COST = 0.01


def run(context: TaskContext) -> Outcome:
    """Make the span's chunks. Their rows are written when the task is finished."""
    plan, span = plans.of(context), Span.from_json(context.task.input["span"])
    inits = _inits(context) if span.number else {}
    order = _order(context, plan, span)
    finished = encoded(context, order)
    with named_for_people(), _doubted(finished):
        with made_by_us():
            commands.finish(order)
        done = [
            chunk_validation.read(path, prefix=context.output_prefix, span=span, plan=plan)
            for path in sorted(context.folder.glob("*.mp4"))
        ]
        chunk_validation.require_good(done, plan=plan, span=span, inits=inits)
    seen = counted.read(context.folder, plan, finished.complaints)
    if borders.differing(context.run.pk, span.number, seen.edges):
        raise chunk_validation.CopyUnfit if span.copies else chunk_validation.ChunksDiffer
    _register(context, done)
    _store(context, done)
    return Outcome(
        record=lambda: listing.record(context, span, plan, done),
        announce=True,
        argv=finished.argv,
        log=finished.log,
        counted=seen.to_json(),
    )


def _inits(context: TaskContext) -> dict[str, str]:
    """Return the init segment hashes of the existing renditions by name."""
    rows = Rendition.objects.filter(release_id=context.run.pk)
    return dict(rows.values_list("name", "init_sha256"))


def _order(context: TaskContext, plan: EncodePlan, span: Span) -> EncodeOrder:
    outputs.require(plan.codecs, context.ffmpeg.has_encoder)
    source = sources.local(context)
    threads = tools.threads(
        alone=span.number == 0 and not span.whole,
        cost=context.task.cost,
        crashes=context.task.crashes,
    )
    return EncodeOrder(
        plans.media_of(context), plan, span, source, context.folder, threads, context.ffmpeg
    )


@contextmanager
def named_for_people() -> Iterator[None]:
    """Give errors of the encoder the codes and messages for people who wait for a video."""
    try:
        yield
    except ProcessFailed as error:
        error.name(code="encode_failed", message="The encoder ended with an error.")
        raise
    except ProcessStalled as error:
        error.name(code="encode_stalled", message="The encoder made no progress and was stopped.")
        raise
    except ProcessTimedOut as error:
        error.name(code="encode_timed_out", message="The encoder took too long and was stopped.")
        raise


@contextmanager
def _doubted(finished: runner.Finished) -> Iterator[None]:
    """Blame a fault of the files on the disk if FFmpeg reported that it was full.

    FFmpeg may end without an error although it could not write the last files, and the disk may
    have room again by now.
    """
    try:
        yield
    except MediaError as error:
        if verdict.says_full(finished.log):
            raise RoomDoubtful(argv=finished.argv, log=finished.log) from error
        raise


@named_for_people()
def encoded(context: TaskContext, order: EncodeOrder) -> runner.Finished:
    """Encode all renditions of the span with one FFmpeg.

    If that fails because the audio changes its format midway, a second FFmpeg decodes the audio for
    another try.
    """
    plan, span, source = order.plan, order.span, order.source
    seconds = lengths.seconds_of(span, plan)
    report = _reporter(context, plan, span, seconds)
    # Without a place to seek to, all that comes before a clip is decoded in vain.
    vain = 0.0 if span.seek is not None else float(order.skipped)
    try:
        return tools.run(commands.encode(order), context, seconds, source, report, vain=vain)
    except ProcessFailed as error:
        if span.copies and not isinstance(error, RoomDoubtful):
            raise chunk_validation.CopyUnfit(argv=error.argv, log=error.log) from error
        if not commands.audio_changes(error.log):
            raise
    pipe = context.folder / "sound.nut"
    feeder, argv = commands.decode(order, pipe), commands.encode(order, decoded=pipe)
    return tools.run_fed(
        feeder, argv, context, seconds + vain, source, pipe=pipe, on_progress=report
    )


def _reporter(
    context: TaskContext, plan: EncodePlan, span: Span, seconds: float
) -> Callable[[Progress], None]:
    """Return a function that reports progress, for video by frames.

    FFmpeg's own clock counts from the start of the source.
    """
    began = time.monotonic()
    start = lengths.start_of(span, plan)

    def report(progress: Progress) -> None:
        if plan.grid is not None:
            done = float(progress.frame / plan.grid.rate)
        else:
            done = progress.out_seconds - start
        share = min(max(done / seconds, 0.0), 0.99)
        elapsed = time.monotonic() - began
        context.report(share, share * seconds / elapsed if share and elapsed > 0 else None)

    return report


def _register(context: TaskContext, done: Sequence[MadeChunk]) -> None:
    planned = [
        objects.Planned(chunk.key, StoredObject.Role.CHUNK, CONTENT_TYPE, chunk.size)
        for chunk in done
    ]
    context.insist(
        lambda: objects.write_ahead(planned, release_id=context.run.pk, token=context.task.token)
    )


def _store(context: TaskContext, done: Sequence[MadeChunk]) -> None:
    """Store the chunks in parallel, since in a bucket each waits for its own answer."""
    with ThreadPoolExecutor(_STORED_AT_ONCE) as pool:
        stored = [
            pool.submit(transfers.take, context, chunk.key, chunk.path, content_type=CONTENT_TYPE)
            for chunk in done
        ]
    for future in stored:
        future.result()


def _follow(result: object) -> Sequence[TaskSpec]:
    """Return a task for each span.

    The first is made alone with all cores, so that the video plays soon. The others follow in
    parallel, on any number of workers.
    """
    if not isinstance(result, Probed):
        return ()
    seconds = [lengths.seconds_of(span, result.plan) for span in result.spans]
    return [
        TaskSpec(
            "encode",
            number=span.number,
            weight=length,
            cost=cost_of(result.media, result.plan, length),
            memory=result.memory,
            after=(("encode", 0),) if span.number else (),
            input={"span": span.to_json()},
        )
        for span, length in zip(result.spans, seconds, strict=True)
    ]


def cost_of(media: Media, plan: EncodePlan, seconds: float) -> float:
    """Return the work of encoding ``seconds``, in seconds of 1080p at 30 frames a second."""
    cost = seconds * _AUDIO_COST
    if media.video is not None and plan.grid is not None:
        pixels = media.video.display_width * media.video.display_height
        cost += seconds * pixels * float(plan.grid.rate) / _UNIT_PIXELS_A_SECOND
    return max(_LEAST_COST, cost)


STEP = Step(
    kind="encode",
    queue="encode",
    stage="encoding",
    label="Preparing the video",
    share=None,
    seconds_a_second=75.0,
    run=run,
    follow=_follow,
    version=3,  # raised when plans began to have clips
    oldest_version=2,
)
