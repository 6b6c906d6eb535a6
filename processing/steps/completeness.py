"""Compare a source's headers with what encoding decoded, to make the notices of its release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from processing.ffmpeg import counted, notices
from processing.ffmpeg.counted import Counted
from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.notices import Notice
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.reasons import frames_a_second
from processing.ffmpeg.planning.span_plan import Span
from processing.ffmpeg.running.complaints import SIZE_CHANGES
from processing.models import Run, Task

# A smaller shortfall of audio against its header may be the header's rounding.
_AUDIO_SECONDS = 0.5
_AUDIO_SHARE = 0.02
# A frame shown for longer than this may be a hole, if about as much audio is missing.
_HOLE_SECONDS = 1.0
_HOLE_SHARE = 0.2
# Notices of the probe that the counts replace by more exact ones.
_COUNTED_BETTER = (notices.FRAMES_DROPPED.code,)


@dataclass(frozen=True)
class EncodedSpan:
    """An encoded span, and what was counted while it was decoded."""

    span: Span
    counted: Counted


def notices_of(run: Run, media: Media, plan: EncodePlan) -> list[Notice]:
    """Return all notices of a run's release, from its plan and its finished spans.

    If a version that counted nothing made a span, only the plan's notices are returned.
    """
    spans = spans_of(run)
    if not spans:
        return list(plan.notices)
    planned = [notice for notice in plan.notices if notice.code not in _COUNTED_BETTER]
    return [*planned, *found(media, plan, spans)]


def spans_of(run: Run) -> list[EncodedSpan]:
    """Return a run's encoded spans, or none if a version that counted nothing made one of them."""
    done = Task.objects.filter(run=run, kind="encode", state=Task.State.DONE)
    rows = list(done.order_by("number").values_list("input", "counted"))
    spans = [
        EncodedSpan(Span.from_json(input_["span"]), Counted.from_json(told))
        for input_, told in rows
        if told is not None
    ]
    return spans if len(spans) == len(rows) else []


def found(media: Media, plan: EncodePlan, spans: Sequence[EncodedSpan]) -> Iterator[Notice]:
    """Yield the notices that follow from the spans and that the plan could not know."""
    every = counted.total(one.counted for one in spans)
    said = counted.total(_trusted(media, spans)).complaints
    if media.video is not None and plan.grid is not None and plan.rungs:
        yield from _frames(media.video, plan, every, said)
    yield from _audio(media, plan, every, said)


def _trusted(media: Media, spans: Sequence[EncodedSpan]) -> Iterator[Counted]:
    """Yield the counts of spans whose decoder complaints can be trusted.

    When decoding begins at a keyframe of an open group, decoders complain about frames that are not
    shown.
    """
    closed = media.video is None or bool(media.video.closed_gops)
    return (one.counted for one in spans if closed or one.span.seek is None)


def _frames(
    video: VideoStream, plan: EncodePlan, every: Counted, said: Mapping[str, int]
) -> Iterator[Notice]:
    complaints, grid = said.get(str(video.index), 0), plan.grid
    # Some packets hold no frame or half of one, so frames are lost only if there are complaints.
    # Nobody knows how many frames a clip should have where their rate varies.
    missing = 0 if plan.clip else (video.frames or 0) - every.frames
    if complaints and missing > 0:
        yield notices.FRAMES_UNDECODABLE(missing=missing, frames=video.frames)
    elif complaints:
        yield notices.FRAMES_DAMAGED(damaged=complaints, frames=every.frames)
    dropped = every.frames - every.shown
    if dropped > 0 and grid is not None:
        yield notices.FRAMES_DROPPED(
            dropped=dropped, frames=every.frames, rate=frames_a_second(grid.rate)
        )
    if every.complaints.get(SIZE_CHANGES):
        top = plan.rungs[0]
        yield notices.SIZE_CHANGED_MIDWAY(width=top.width, height=top.height)


def _audio(
    media: Media, plan: EncodePlan, every: Counted, said: Mapping[str, int]
) -> Iterator[Notice]:
    streams = {stream.index: stream for stream in media.audio}
    # Tracks in other codecs hold the same audio.
    for track in (track for track in plan.tracks if track.codec == "aac"):
        stream = streams.get(track.stream_index)
        told = _told_seconds(stream, plan) if stream else None
        heard = every.sound.get(track.name)
        if told and heard is not None and plan.grid is not None and _falls_short(heard, told):
            yield from _silent(track.language, heard, told, every.longest)
        if complaints := said.get(str(track.stream_index)):
            yield notices.AUDIO_DAMAGED(language=track.language, places=complaints)


def _told_seconds(stream: AudioStream, plan: EncodePlan) -> float | None:
    """Return how many seconds of audio the header promises, within the clip."""
    if plan.clip is None or stream.duration is None:
        return stream.duration
    begin = float(stream.start - plan.origin)
    return max(0.0, min(begin + stream.duration, plan.seconds) - max(begin, 0.0))


def _silent(language: str, heard: float, told: float, longest: float) -> Iterator[Notice]:
    """Yield a notice of a gap if frames are missing for as long as audio, else of missing audio."""
    if longest > _HOLE_SECONDS and abs(told - heard - longest) < _HOLE_SHARE * longest:
        yield notices.GAP_FILLED(seconds=round(longest, 1))
    else:
        yield notices.AUDIO_INCOMPLETE(
            language=language, heard=round(heard, 1), told=round(told, 1)
        )


def _falls_short(heard: float, told: float) -> bool:
    return told - heard > max(_AUDIO_SECONDS, told * _AUDIO_SHARE)
