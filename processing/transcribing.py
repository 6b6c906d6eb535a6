"""Transcribe a video again, or for the first time, since somebody asks for it."""

from django.conf import settings

from processing import remaking
from processing.models import Run
from videos.models import Video


class TranscriptionOff(Exception):
    """Raised where no engine for speech recognition is set."""


class NothingToHear(Exception):
    """Raised when a video has no sound."""


class TooLongToTranscribe(Exception):
    """Raised when a video is longer than what is transcribed."""


def transcribe(video: Video, *, language: str = "", priority: int | None = None) -> Run:
    """Queue the run of a video's release to make its captions of what is said, in a language (a
    BCP 47 tag, ``auto`` for the one that is heard, or empty for what the settings say).

    Raises ``TranscriptionOff``, ``NothingToHear``, ``TooLongToTranscribe``, or what
    `remaking.remake` raises for a kind that needs no original.
    """
    require(video)
    try:
        return remaking.remake(
            video, (remaking.TRANSCRIPT,), priority=priority, input={"language": language}
        )
    except remaking.NothingToMake as error:
        raise NothingToHear from error


def require(video: Video) -> None:
    """Raise ``TranscriptionOff`` or ``TooLongToTranscribe`` if a video cannot be transcribed
    here."""
    if settings.TRANSCRIBER == "off":
        raise TranscriptionOff
    release = Video.objects.select_related("release").get(pk=video.pk).release
    if release is not None and (release.duration or 0) > settings.TRANSCRIBER_SECONDS:
        raise TooLongToTranscribe
