"""Extract the subtitles and the chapters inside a source, as tracks of the videos made of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from processing.captions import chapters, embedded
from processing.captions.errors import SENTENCES
from processing.ffmpeg.media import Media, SubtitleStream
from processing.ffmpeg.planning import subtitles
from processing.ffmpeg.planning.plan import EncodePlan
from processing.packaging import languages
from processing.steps import plans, sources, tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.probed import Probed
from processing.steps.step import Step, TaskSpec
from videos.models import Track, Video
from videos.tracks import embedded as tracks
from videos.tracks.embedded import Found

KIND = "subtitles"


def run(context: TaskContext) -> Outcome:
    """Read all streams of text in one run of FFmpeg. One that cannot be read fails alone."""
    media, plan = plans.media_of(context), plans.of(context)
    found = _streams(context, media) + _chapters(media, plan)
    return Outcome(record=lambda: _record(context, found))


def _streams(context: TaskContext, media: Media) -> list[Found]:
    if not _has_text(media):
        return []
    source = sources.local(context)

    def run(argv: list[str]) -> object:
        return tools.run(argv, context, media.duration, source)

    folder, ffmpeg = context.folder, context.ffmpeg.program
    read = embedded.extract(source, media, folder, ffmpeg=ffmpeg, run=run)
    read += embedded.extract_from_frames(source, media, folder, ffmpeg=ffmpeg, run=run)
    return [_found(one) for one in read]


def _has_text(media: Media) -> bool:
    in_frames = media.video is not None and media.video.captioned
    return in_frames or bool(subtitles.texts(media))


def _found(one: embedded.Embedded) -> Found:
    return Found(
        kind=_kind(one.stream),
        stream=one.stream.index,
        text=one.document,
        error_code=one.error_code,
        error_message=SENTENCES.get(one.error_code, ""),
        language=languages.tag(one.stream.language),
        label=chapters.title(one.stream.title),
        is_default=one.stream.default,
    )


def _kind(stream: SubtitleStream) -> Track.Kind:
    if stream.forced:
        return Track.Kind.FORCED
    return Track.Kind.CAPTIONS if stream.described else Track.Kind.SUBTITLES


def _chapters(media: Media, plan: EncodePlan) -> list[Found]:
    text = chapters.from_media(media.chapters, plan.origin, round(plan.seconds * 1000))
    return [] if text is None else [Found(kind=Track.Kind.CHAPTERS, stream=None, text=text)]


def _record(context: TaskContext, found: Sequence[Found]) -> None:
    for video_id in _videos(context):
        tracks.keep(video_id, found)


def _videos(context: TaskContext) -> list[UUID]:
    """Return the video of the run, and those that share its release."""
    rows = Video.objects.filter(Q(pk=context.run.video_id) | Q(release_id=context.run.pk))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _follow(result: object) -> Sequence[TaskSpec]:
    if not isinstance(result, Probed) or KIND in result.left_out:
        return ()
    if not _has_text(result.media) and not result.media.chapters:
        return ()
    # Soon, so that a video whose release still grows has them; but its frames come first.
    return (TaskSpec(KIND, after=(("encode", 0),)),)


STEP = Step(
    kind=KIND,
    queue="media",
    stage="encoding",  # it is done beside the encode
    label="Preparing the video",
    share=0.0,
    essential=False,
    stores=False,
    run=run,
    follow=_follow,
)
