"""What an engine for speech recognition is to the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from processing.captions.document import Word

AUTO = "auto"
"""Stands for the language that is heard."""


class SpeechError(Exception):
    """Root of what keeps an engine from working; ``code`` tells which."""

    code = "transcription_failed"


class EngineMissing(SpeechError):
    """Raised when the package of an engine is not installed."""

    code = "transcriber_missing"


class ModelMissing(SpeechError):
    """Raised when there is no model for the engine at the path that is set."""

    code = "transcriber_model_missing"


class LanguageUnknown(SpeechError):
    """Raised when a model does not know the language that is asked for."""

    code = "transcription_language_unknown"


class SoundInvalid(SpeechError):
    """Raised when a file is not the WAV that engines take."""


@dataclass(frozen=True)
class Heard:
    """What was said next: ``until`` is how much of the sound is done, in milliseconds, and
    ``language`` a BCP 47 tag, empty while it is not known.

    The words follow those before. Each begins with a blank if it is not a part of the one before
    it, and has its punctuation.
    """

    until: int
    language: str
    words: tuple[Word, ...] = ()


class Transcriber(Protocol):
    """An engine that has loaded its model."""

    name: str
    model: str
    """The name of the model, which says nothing of where it lies."""

    def transcribe(self, sound: Path, language: str) -> Iterator[Heard]:
        """Yield what is said in a WAV of 16-bit samples, 16,000 a second, in one channel, as it is
        recognised. The language is a BCP 47 tag, or ``AUTO``.

        Raises ``LanguageUnknown`` or ``SoundInvalid``.
        """
