"""The doctor on transcription."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from processing.health import speech
from processing.speech import registry


def _codes() -> list[str]:
    return [found.code for found in speech.transcription() if not found.ok]


def _model(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    return folder


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As if every engine was installed."""
    monkeypatch.setattr(registry.Engine, "packages", tmp_path)


def test_nothing_is_looked_for_where_it_is_off(settings: LazySettings) -> None:
    settings.TRANSCRIBER = "off"
    [found] = speech.transcription()
    assert (found.ok, "off" in found.detail) == (True, True)


def test_an_engine_that_is_not_installed_is_missed(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TRANSCRIBER = "pocketsphinx"
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    [found] = speech.transcription()
    assert (found.code, "speech-pocketsphinx.txt" in found.hint) == ("transcriber_missing", True)


@pytest.mark.usefixtures("installed")
def test_a_model_that_is_not_there_is_missed(settings: LazySettings, tmp_path: Path) -> None:
    settings.TRANSCRIBER = "faster-whisper"
    settings.TRANSCRIBER_MODEL = tmp_path / "small"
    assert _codes() == ["transcriber_model_missing"]
    _model(tmp_path / "small", "model.bin", "config.json")
    [found] = speech.transcription()
    assert found.detail.endswith("small has no tokenizer.json.")
    (tmp_path / "small" / "tokenizer.json").touch()
    assert _codes() == []


@pytest.mark.usefixtures("installed")
def test_a_model_of_whisper_cpp_is_a_file(settings: LazySettings, tmp_path: Path) -> None:
    settings.TRANSCRIBER, settings.TRANSCRIBER_MODEL = "whisper.cpp", tmp_path
    assert _codes() == ["transcriber_model_missing"]
    (tmp_path / "ggml-tiny.bin").touch()
    settings.TRANSCRIBER_MODEL = tmp_path / "ggml-tiny.bin"
    assert _codes() == []


@pytest.mark.usefixtures("installed")
def test_it_tells_the_engine_the_model_and_the_videos(settings: LazySettings) -> None:
    settings.TRANSCRIBER, settings.TRANSCRIBER_MODEL = "pocketsphinx", None
    settings.TRANSCRIBER_VIDEOS = "asked"
    [found] = speech.transcription()
    assert found.detail == "pocketsphinx with its own model, for videos for which somebody asks"


def test_the_settings_have_the_engines_of_the_registry() -> None:
    from typing import get_args

    from config.env.speech import Transcriber
    from scripts.run import SPEECH

    assert set(get_args(Transcriber)) == {"off", *registry.ENGINES}
    found = {name: f"{lock}.txt" for name, lock in SPEECH.items()}
    assert found == {name: engine.requirements for name, engine in registry.ENGINES.items()}
