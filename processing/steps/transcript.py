"""Make captions of what is said in a video."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from django.conf import settings

from processing.captions.document import Document, Notice
from processing.ffmpeg.encoding import speech as sound_of
from processing.speech import captions
from processing.speech.transcribe import (
    Request,
    Transcript,
    TranscriptionFailed,
    memory_of,
    transcribe,
)
from processing.speech.transcriber import AUTO
from processing.steps import tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures import rung
from processing.steps.probed import Probed
from processing.steps.step import Step, TaskSpec
from videos.models import Video
from videos.tracks import generated

KIND = "transcript"
# More than an engine is given for a second of sound, so that it is the engine that is ended.
_SECONDS_A_SECOND = 65.0


def left_out(seconds: float) -> tuple[str, ...]:
    """Return this step's kind if a new video of this length is not transcribed unasked."""
    wanted = settings.TRANSCRIBER != "off" and settings.TRANSCRIBER_VIDEOS == "all"
    return () if wanted and seconds <= settings.TRANSCRIBER_SECONDS else (KIND,)


def run(context: TaskContext) -> Outcome:
    """Transcribe the sound that plays unasked. The task's input has the ``language`` if somebody
    asked for a transcript; nobody's work is repeated unasked."""
    rendition = rung.audio(context)
    asked = "language" in context.task.input
    if rendition is None or not (asked or _wanting(context)):
        return Outcome()
    seconds = rung.seconds(rendition)
    source, sound = rung.joined(context, rendition), context.folder / "speech.wav"
    tools.run(sound_of.command(context.ffmpeg.program, source, sound), context, seconds, source)
    source.unlink()
    found = _heard(context, sound, seconds)
    text = _text(found)

    def record() -> None:
        for video_id in _videos(context) if asked else _wanting(context):
            generated.keep(video_id, text, language=found.language, asked=asked)

    return Outcome(record=record, log=f"{found.engine} {found.model}: {len(found.words)} words")


def _heard(context: TaskContext, sound: Path, seconds: float) -> Transcript:
    """Return what is said, by the engine of this installation."""
    if settings.TRANSCRIBER == "off":
        raise TranscriptionFailed(code="transcriber_missing")
    folder = context.folder / "engine"
    folder.mkdir()
    language = context.task.input.get("language") or settings.TRANSCRIBER_LANGUAGE
    request = Request(
        settings.TRANSCRIBER, settings.TRANSCRIBER_MODEL, language or AUTO, _threads(context)
    )
    tools.let_go_of_database()
    return transcribe(
        sound,
        folder,
        request,
        context.ffmpeg,
        report=_reporter(context),
        should_stop=context.should_stop,
    )


def _threads(context: TaskContext) -> int:
    return tools.threads(alone=False, crashes=context.task.crashes)


def _reporter(context: TaskContext) -> Callable[[float], None]:
    return lambda share: context.report(share, None)


def _text(found: Transcript) -> Document:
    text = captions.document(found.words)
    by = {"engine": found.engine, "model": found.model}
    return Document(text.cues, notices=(Notice("captions_recognized", by),))


def _videos(context: TaskContext) -> list[UUID]:
    """Return the videos that play the release."""
    rows = Video.objects.filter(release_id=context.run.pk, deleted_at=None).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _wanting(context: TaskContext) -> list[UUID]:
    """Return those of the videos whose captions nobody has edited."""
    return [video_id for video_id in _videos(context) if not generated.is_edited(video_id)]


def _follow(result: object) -> Sequence[TaskSpec]:
    if not isinstance(result, Probed) or KIND in result.left_out or not result.media.audio:
        return ()
    memory = memory_of(settings.TRANSCRIBER_MODEL)
    return (TaskSpec(KIND, memory=memory, after=(("publish", 0),)),)


STEP = Step(
    kind=KIND,
    queue="speech",
    stage="transcribing",
    label="Transcribing",
    share=0.0,
    essential=False,
    bulk=True,
    stores=False,
    needs_source=False,
    run=run,
    follow=_follow,
    seconds_a_second=_SECONDS_A_SECOND,
)
