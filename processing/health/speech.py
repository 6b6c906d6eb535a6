"""Check what transcription needs: an engine and its model."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from processing.health.catalogue import speech as kinds
from processing.health.finding import CheckResult, well
from processing.speech.registry import ENGINES

NAME = "Transcription"


def transcription() -> list[CheckResult]:
    """Check that speech can be transcribed, if an engine is set."""
    if settings.TRANSCRIBER == "off":
        return [well(NAME, "off, since VODLOOM_TRANSCRIBER is")]
    wrong = list(_wrong(settings.TRANSCRIBER))
    model = settings.TRANSCRIBER_MODEL.name if settings.TRANSCRIBER_MODEL else "its own model"
    told = f"{settings.TRANSCRIBER} with {model}, for {_videos()}"
    return wrong or [well(NAME, told)]


def _wrong(name: str) -> Iterator[CheckResult]:
    engine = ENGINES[name]
    if engine.packages is None:
        yield kinds.NO_ENGINE.at(NAME, engine=name, requirements=engine.requirements)
    if missed := engine.missed(settings.TRANSCRIBER_MODEL):
        yield kinds.NO_MODEL.at(NAME, engine=name, missed=missed)


def _videos() -> str:
    if settings.TRANSCRIBER_VIDEOS == "all":
        return "all new videos"
    return "videos for which somebody asks"
