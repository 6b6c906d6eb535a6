"""Make the audio of an added track for a release that is complete, to go with its frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

from processing.ffmpeg.encoding import beside, commands
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.errors import MediaError, ProbeFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.probing import probe, timeline
from processing.ffmpeg.probing.measured import with_timeline
from processing.packaging import checker, hls, segments
from processing.packaging.track import made_by_us
from processing.steps import chunk_validation, encode, plans, sound_source, tools, transfers
from processing.steps.chunk_validation import MadeChunk
from processing.steps.context import Outcome, TaskContext
from processing.steps.probed import Published
from processing.steps.sound_source import Original
from processing.steps.step import Step, TaskSpec
from videos import objects
from videos.models import Rendition, Sound, StoredObject, Track
from videos.tracks import services, sounds

KIND = "sound"
_CONTENT_TYPE = "video/mp4"


class SoundRefused(MediaError):
    """Raised when a file cannot be the audio of a track."""


def run(context: TaskContext) -> Outcome:
    """Encode the file of the track that the task's input names. A file that is no audio fails the
    track, not the task."""
    track = Track.objects.filter(pk=context.task.input["track"], kind=Track.Kind.AUDIO).first()
    seconds = _seconds(context)
    if track is None or not seconds:
        return Outcome()
    try:
        with sound_source.local(context, track) as original:
            return _made(context, track, original, seconds)
    except SoundRefused as error:
        return _refused(track, error.code, error.message)


def _made(context: TaskContext, track: Track, original: Original, seconds: Fraction) -> Outcome:
    media = _media(context, original.path)
    plan = beside.plan(plans.of(context), media, seconds, name=str(track.pk), offset=track.offset)
    order = EncodeOrder(
        media,
        plan,
        span_plan.WHOLE,
        original.path,
        context.folder,
        tools.threads(alone=False, crashes=context.task.crashes),
        context.ffmpeg,
    )
    finished = encode.encoded(context, order)
    with encode.named_for_people(), made_by_us():
        commands.finish(order)
        path = context.folder / plan.tracks[0].filename
        chunk = chunk_validation.read(
            path, prefix=context.output_prefix, span=order.span, plan=plan
        )
    checker.require(_findings(chunk, seconds))
    _require_heard(context, chunk, seconds)
    record_original = original.keep()
    _store(context, chunk)
    notices = _notices(beside.fit(media, seconds, offset=track.offset))

    def record() -> None:
        record_original()
        objects.confirm(context.task.token)
        sounds.record(_row(context, track.pk, chunk), notices)

    return Outcome(record=record, argv=finished.argv, log=finished.log)


def _seconds(context: TaskContext) -> Fraction:
    """Return how long the release lasts: as its frames, or else as its audio."""
    rows = Rendition.objects.filter(release_id=context.run.pk).prefetch_related("chunks")
    lasting = {
        row: Fraction(sum(chunk.duration for chunk in row.chunks.all()), row.timescale)
        for row in rows
    }
    seen = [length for row, length in lasting.items() if row.kind == Rendition.Kind.VIDEO]
    return max(seen or lasting.values(), default=Fraction(0))


def _media(context: TaskContext, path: Path) -> Media:
    """Return what the file of a track is. Raises ``SoundRefused`` unless it is audio."""
    tools.let_go_of_database()
    asked: dict[str, Any] = {
        "ffmpeg": context.ffmpeg,
        "should_stop": context.should_stop,
        "folder": context.folder,
    }
    try:
        media = probe.probe(path, limits=probe.ProbeLimits(), **asked)
        line = timeline.read(path, media, **asked)
    except ProbeFailed as error:
        raise SoundRefused(
            "The file is no audio that can be decoded.", code="audio_unreadable", log=error.log
        ) from error
    if media.video is not None:
        raise SoundRefused(
            "The file has a film. Send its audio alone, or upload it as a video.",
            code="audio_has_video",
        )
    return with_timeline(media, line)


def _findings(chunk: MadeChunk, seconds: Fraction) -> list[checker.Violation]:
    """Return what is wrong with the audio: it begins at 0, has no gap, and lasts as long as the
    frames, give or take a packet at the end."""
    found = checker.check_chunk(chunk.track, start=0, composed=False)
    ticks = sum(segment.duration for segment in chunk.segments)
    over = Fraction(ticks, chunk.track.timescale) - seconds
    if not 0 <= over <= Fraction(2 * 1024, chunk.track.timescale):
        found.append(checker.Violation("length", "The audio does not last as long as the frames."))
    return found


def _require_heard(context: TaskContext, chunk: MadeChunk, seconds: Fraction) -> None:
    argv = beside.loudness(context.ffmpeg.program, chunk.path)
    finished = tools.run(argv, context, float(seconds), chunk.path)
    if beside.is_silent(finished.log):
        raise SoundRefused(
            "There is nothing to hear in the file, or not within the video. Check the file and "
            "the offset.",
            code="audio_silent",
        )


def _store(context: TaskContext, chunk: MadeChunk) -> None:
    planned = objects.Planned(chunk.key, StoredObject.Role.CHUNK, _CONTENT_TYPE, chunk.size)
    context.insist(
        lambda: objects.write_ahead([planned], release_id=context.run.pk, token=context.task.token)
    )
    transfers.take(context, chunk.key, chunk.path, content_type=_CONTENT_TYPE)


def _row(context: TaskContext, track_id: UUID, chunk: MadeChunk) -> Sound:
    scale = chunk.track.timescale
    refs = [
        hls.MediaSegmentRef(chunk.key, one.offset, one.size, one.duration / scale)
        for one in chunk.segments
    ]
    peak, average = hls.bandwidths(refs)
    return Sound(
        track_id=track_id,
        release_id=context.run.pk,
        key=chunk.key,
        bytes=chunk.size,
        init_bytes=chunk.track.init_size,
        codecs=chunk.track.codecs,
        timescale=scale,
        bitrate=average,
        peak_bitrate=peak,
        duration=sum(segment.duration for segment in chunk.segments),
        segments=segments.to_json(chunk.segments),
    )


def _notices(fit: beside.Fit) -> list[Mapping[str, Any]]:
    told = {"audio_padded": fit.padded, "audio_cut": fit.cut}
    return [
        {"code": code, "details": {"seconds": seconds}} for code, seconds in told.items() if seconds
    ]


def _refused(track: Track, code: str, message: str) -> Outcome:
    def record() -> None:
        held = services.hold_track(track.pk)
        if held is not None:
            services.fail(held, code, message)

    return Outcome(record=record, log=message)


def specs(tracks: Sequence[UUID]) -> tuple[TaskSpec, ...]:
    """Return the tasks that make the audio of these tracks."""
    return tuple(
        TaskSpec(KIND, number=number, input={"track": str(track)})
        for number, track in enumerate(tracks)
    )


def _follow(result: object) -> Sequence[TaskSpec]:
    return specs(result.tracks) if isinstance(result, Published) else ()


STEP = Step(
    kind=KIND,
    queue="media",
    stage="packaging",
    label="Preparing the download",
    share=0.0,
    essential=False,
    bulk=True,
    needs_source=False,
    run=run,
    follow=_follow,
)
