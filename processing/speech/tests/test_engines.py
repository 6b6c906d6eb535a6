"""The adapters against packages that take what the real ones take, and answer as they do."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from processing.captions.document import Word
from processing.speech.engines.faster_whisper import FasterWhisper
from processing.speech.engines.whisper_cpp import WhisperCpp
from processing.speech.registry import open_engine
from processing.speech.tests.test_pieces import LOUD, written
from processing.speech.transcriber import (
    AUTO,
    EngineMissing,
    Heard,
    LanguageUnknown,
    ModelMissing,
)


class Samples(list[float]):
    """What numpy makes of samples, as far as it is used."""

    def astype(self, kind: object) -> Samples:
        return self

    def __truediv__(self, other: float) -> Samples:
        return Samples(one / other for one in self)

    def __mul__(self, other: Any) -> Any:
        return Samples(one * other for one in self)

    def __abs__(self) -> Samples:
        return Samples(map(abs, self))

    def max(self) -> float:
        return max(self)


def _numpy() -> ModuleType:
    module: Any = ModuleType("numpy")
    module.int16, module.float32 = "h", "f"
    module.frombuffer = lambda data, kind: Samples(array(kind, data))
    made: ModuleType = module
    return made


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A second of silence and two of sound."""
    return written(tmp_path / "sound.wav", (0, 1000), (LOUD, 2000))


@pytest.fixture
def faster_whisper(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A package in its place; what it was asked."""
    asked: dict[str, Any] = {}

    class WhisperModel:
        supported_languages = ("en", "jw", "no")

        def __init__(
            self, path: str, device: str, compute_type: str, cpu_threads: int,
            local_files_only: bool,
        ) -> None:  # fmt: skip
            asked.update(path=path, local_files_only=local_files_only)

        def transcribe(
            self, audio: Samples, language: str | None, word_timestamps: bool, vad_filter: bool,
            condition_on_previous_text: bool,
        ) -> tuple[Iterator[Any], Any]:  # fmt: skip
            asked.update(language=language, seconds=len(audio) / 16_000)
            words = [
                SimpleNamespace(start=1.04, end=1.5, word=" Sugeng"),
                SimpleNamespace(start=1.5, end=2.25, word=" enjing."),
            ]
            segments = [SimpleNamespace(start=1.04, end=2.3, words=words)]
            return iter(segments), SimpleNamespace(language=language or "jw")

    module: Any = ModuleType("faster_whisper")
    module.WhisperModel = WhisperModel
    vad: Any = ModuleType("faster_whisper.vad")
    vad.get_speech_timestamps = lambda audio: [{"start": 0, "end": 1}] if max(audio) > 0 else []
    for name, one in (("numpy", _numpy()), (module.__name__, module), (vad.__name__, vad)):
        monkeypatch.setitem(sys.modules, name, one)
    return asked


@pytest.fixture
def whisper_cpp(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A package in its place; what it was asked."""
    asked: dict[str, Any] = {"languages": ["en", "no"]}

    class Model:
        def __init__(
            self, path: str, redirect_whispercpp_logs_to: None, context_params: dict[str, bool],
            n_threads: int, print_progress: bool,
        ) -> None:  # fmt: skip
            asked.update(path=path, threads=n_threads, **context_params)
            self._ctx = object()

        def available_languages(self) -> list[str]:
            return list(asked["languages"])

        def auto_detect_language(self, media: Samples) -> tuple[tuple[str, float], dict[str, Any]]:
            asked["detected"] = True
            return ("no", 0.9), {}

        def transcribe(
            self, media: Samples, language: str, token_timestamps: bool, max_len: int,
            split_on_word: bool,
        ) -> list[Any]:  # fmt: skip
            asked.update(language=language)
            return [
                SimpleNamespace(t0=104, t1=150, text="God"),
                SimpleNamespace(t0=150, t1=150, text=""),
                SimpleNamespace(t0=150, t1=999, text="dag."),
            ]

    model: Any = ModuleType("pywhispercpp.model")
    model.Model = Model
    native: Any = ModuleType("_pywhispercpp")
    native.whisper_is_multilingual = lambda context: len(asked["languages"]) > 1
    parts = (_numpy(), model, native, ModuleType("pywhispercpp"))
    for one in parts:
        monkeypatch.setitem(sys.modules, one.__name__, one)
    return asked


def test_faster_whisper_yields_what_it_hears(sound: Path, faster_whisper: dict[str, Any]) -> None:
    engine = FasterWhisper(Path("/models/small"), 2)
    assert list(engine.transcribe(sound, AUTO)) == [
        Heard(2300, "jv", (Word(1040, 1500, " Sugeng"), Word(1500, 2250, " enjing."))),
        Heard(3000, "jv"),
    ]
    assert (engine.name, engine.model) == ("faster-whisper", "small")
    assert faster_whisper == {
        "path": "/models/small", "local_files_only": True, "language": None, "seconds": 3.0,
    }  # fmt: skip


def test_faster_whisper_is_told_the_language(sound: Path, faster_whisper: dict[str, Any]) -> None:
    list(FasterWhisper(Path("/models/small"), 2).transcribe(sound, "nb-NO"))
    assert faster_whisper["language"] == "no"


def test_faster_whisper_makes_nothing_up_for_silence(
    tmp_path: Path, faster_whisper: dict[str, Any]
) -> None:
    silence = written(tmp_path / "silence.wav", (0, 1000))
    found = list(FasterWhisper(Path("/models/small"), 2).transcribe(silence, AUTO))
    assert found == [Heard(1000, "")]
    assert "language" not in faster_whisper


def test_whisper_cpp_yields_what_it_hears(sound: Path, whisper_cpp: dict[str, Any]) -> None:
    engine = WhisperCpp(Path("/models/ggml-base.bin"), 2)
    assert list(engine.transcribe(sound, AUTO)) == [
        Heard(3000, "no", (Word(1040, 1500, " God"), Word(1500, 3000, " dag."))),
    ]
    assert (engine.name, engine.model) == ("whisper.cpp", "base")
    assert (whisper_cpp["path"], whisper_cpp["use_gpu"]) == ("/models/ggml-base.bin", False)


def test_whisper_cpp_asks_an_english_model_for_no_language(
    sound: Path, whisper_cpp: dict[str, Any]
) -> None:
    whisper_cpp["languages"] = ["en"]
    [heard] = WhisperCpp(Path("/models/ggml-base.en.bin"), 2).transcribe(sound, AUTO)
    assert (heard.language, "detected" in whisper_cpp) == ("en", False)


def test_whisper_cpp_makes_nothing_up_for_silence(
    tmp_path: Path, whisper_cpp: dict[str, Any]
) -> None:
    silence = written(tmp_path / "silence.wav", (0, 1000))
    found = list(WhisperCpp(Path("/models/ggml-base.bin"), 2).transcribe(silence, AUTO))
    assert found == [Heard(1000, "")]
    assert "language" not in whisper_cpp


@pytest.mark.usefixtures("faster_whisper", "whisper_cpp")
@pytest.mark.parametrize("build", [FasterWhisper, WhisperCpp])
def test_a_language_that_whisper_does_not_know_is_refused(
    sound: Path, build: type[FasterWhisper] | type[WhisperCpp]
) -> None:
    with pytest.raises(LanguageUnknown):
        list(build(Path("/models/x"), 1).transcribe(sound, "tlh"))


def test_a_model_that_is_not_there_is_not_fetched(tmp_path: Path) -> None:
    for name in ("faster-whisper", "whisper.cpp", "pocketsphinx"):
        with pytest.raises(ModelMissing):
            open_engine(name, tmp_path / "small", threads=1)


def test_a_package_that_is_not_there_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "ggml-tiny.bin").touch()
    monkeypatch.setitem(sys.modules, "_pywhispercpp", None)
    with pytest.raises(EngineMissing):
        open_engine("whisper.cpp", tmp_path / "ggml-tiny.bin", threads=1)
