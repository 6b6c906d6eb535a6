"""What was made of a source is held against what encoding it decoded: the notices of a release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from processing.ffmpeg import counted, notices
from processing.ffmpeg.counted import Counted
from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.notices import Notice
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.reasons import frames_a_second
from processing.ffmpeg.planning.span_plan import Span
from processing.ffmpeg.running.complaints import SIZE_CHANGES
from processing.models import Run, Task

# Audio that is shorter than its header tells by less may well be the header's rounding.
_AUDIO_SECONDS = 0.5
_AUDIO_SHARE = 0.02
# Frames that stay longer than this may be a hole, if as much audio is missing, about.
_HOLE_SECONDS = 1.0
_HOLE_SHARE = 0.2
# What is told by the probe already, and better by what was counted.
_COUNTED_BETTER = (notices.FRAMES_DROPPED.code,)


@dataclass(frozen=True)
class EncodedSpan:
    """A span as it was made, and what was counted."""

    span: Span
    counted: Counted


def notices_of(run: Run, media: Media, plan: EncodePlan) -> list[Notice]:
    """Everything that is to be said of a run's release, from its plan and its finished spans; of
    spans made by a version that counted nothing, only what the plan tells."""
    spans = spans_of(run)
    if not spans:
        return list(plan.notices)
    planned = [notice for notice in plan.notices if notice.code not in _COUNTED_BETTER]
    return [*planned, *found(media, plan, spans)]


def spans_of(run: Run) -> list[EncodedSpan]:
    """The spans of a run that is done; none where a version made some that counted nothing."""
    done = Task.objects.filter(run=run, kind="encode", state=Task.State.DONE)
    rows = list(done.order_by("number").values_list("input", "counted"))
    spans = [
        EncodedSpan(Span.from_json(input_["span"]), Counted.from_json(told))
        for input_, told in rows
        if told is not None
    ]
    return spans if len(spans) == len(rows) else []


def found(media: Media, plan: EncodePlan, spans: Sequence[EncodedSpan]) -> Iterator[Notice]:
    """What the spans tell that the plan could not."""
    every = counted.total(one.counted for one in spans)
    said = counted.total(_trusted(media, spans)).complaints
    if media.video is not None and plan.grid is not None and plan.rungs:
        yield from _frames(media.video, plan, every, said)
    yield from _audio(media, plan, every, said)


def _trusted(media: Media, spans: Sequence[EncodedSpan]) -> Iterator[Counted]:
    """Where decoding begins at a keyframe whose group is open, decoders complain of what is not
    shown."""
    closed = media.video is None or bool(media.video.closed_gops)
    return (one.counted for one in spans if closed or one.span.seek is None)


def _frames(
    video: VideoStream, plan: EncodePlan, every: Counted, said: Mapping[str, int]
) -> Iterator[Notice]:
    complaints, grid = said.get(str(video.index), 0), plan.grid
    # Some packets hold no frame of their own, or half of one: only what was complained of is lost.
    missing = (video.frames or 0) - every.frames
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
    # In other codecs the same is heard.
    for track in (track for track in plan.tracks if track.codec == "aac"):
        stream = streams.get(track.stream_index)
        told, heard = stream and stream.duration, every.sound.get(track.name)
        if told and heard is not None and plan.grid is not None and _falls_short(heard, told):
            yield from _silent(track.language, heard, told, every.longest)
        if complaints := said.get(str(track.stream_index)):
            yield notices.AUDIO_DAMAGED(language=track.language, places=complaints)


def _silent(language: str, heard: float, told: float, longest: float) -> Iterator[Notice]:
    """Where frames are missing as long as audio is, there is a hole."""
    if longest > _HOLE_SECONDS and abs(told - heard - longest) < _HOLE_SHARE * longest:
        yield notices.GAP_FILLED(seconds=round(longest, 1))
    else:
        yield notices.AUDIO_INCOMPLETE(
            language=language, heard=round(heard, 1), told=round(told, 1)
        )


def _falls_short(heard: float, told: float) -> bool:
    return told - heard > max(_AUDIO_SECONDS, told * _AUDIO_SHARE)
