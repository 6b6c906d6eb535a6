"""By which engine the speech in videos is transcribed, and of which videos."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.env.reader import Reader
from config.env.shown import quoted

Transcriber = Literal["off", "faster-whisper", "whisper.cpp", "pocketsphinx"]

_NAME = "VODLOOM_TRANSCRIBER"
_MODEL, _LANGUAGE = f"{_NAME}_MODEL", f"{_NAME}_LANGUAGE"
_VIDEOS, _SECONDS = f"{_NAME}_VIDEOS", f"{_NAME}_SECONDS"
_BRINGS_A_MODEL = ("off", "pocketsphinx")
_AUTO = "auto"
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Speech:
    """The engine, the absolute path of its model if its package brings none, the BCP 47 tag of the
    language or ``auto``, whether all new videos are transcribed or those for which somebody asks,
    and how many seconds a video may last."""

    transcriber: Transcriber
    model: Path | None
    language: str
    videos: Literal["all", "asked"]
    most_seconds: int


def speech(reader: Reader) -> Speech:
    """Read the settings of transcription."""
    engine: Transcriber = reader.choice(
        _NAME, ("off", "faster-whisper", "whisper.cpp", "pocketsphinx")
    )
    return Speech(
        transcriber=engine,
        model=_model(reader, engine),
        language=_language(reader),
        videos=reader.choice(_VIDEOS, ("all", "asked")),
        most_seconds=reader.number(
            _SECONDS, default=4 * 3600, unit="seconds", least=60, most=24 * 3600
        ),
    )


def _model(reader: Reader, engine: Transcriber) -> Path | None:
    """Return the path of the model, which only the machines of workers need to have."""
    text = reader.text(_MODEL)
    if text and not Path(text).is_absolute():
        reader.fault(_MODEL, f"is {quoted(text)}; write the whole path, from / on.")
    if not text and engine not in _BRINGS_A_MODEL:
        reader.fault(_MODEL, f"is not set; {engine} needs a model, and fetches none.")
    return Path(text) if text else None


def _language(reader: Reader) -> str:
    text = reader.text(_LANGUAGE, _AUTO)
    if text.lower() == _AUTO:
        return _AUTO
    if _TAG.fullmatch(text) is None:
        reader.fault(
            _LANGUAGE, f"is {quoted(text)}; it takes auto, or a language such as de or pt-BR."
        )
    return text
