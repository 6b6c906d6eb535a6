"""An engine runs as a program of its own: what it hears comes back, whatever it does."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from processing.ffmpeg.errors import Interrupted, MediaError, ProcessKilled, ProcessStalled
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.speech import transcribe as module
from processing.speech.tests.spoken import SENTENCE, clip
from processing.speech.tests.test_pieces import LOUD, written
from processing.speech.transcribe import Request, TranscriptionFailed, transcribe
from processing.speech.transcriber import SoundInvalid

Instead = Callable[[str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that an engine may write into."""
    path = tmp_path / "engine"
    path.mkdir()
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Two seconds of sound."""
    return written(tmp_path / "sound.wav", (LOUD, 2000))


@pytest.fixture
def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instead:
    """Put another package in the place of PocketSphinx, whose decoder does this on every piece."""

    def put(does: str) -> None:
        packages = tmp_path / "packages"
        (packages / "pocketsphinx").mkdir(parents=True)
        body = textwrap.indent(textwrap.dedent(does).strip(), " " * 8)
        code = (
            "class Decoder:\n"
            "    def __init__(self, **options): pass\n"
            "    def start_utt(self): pass\n"
            "    def end_utt(self): pass\n"
            "    def hyp(self): return None\n"
            f"    def process_raw(self, data, full_utt):\n{body}\n"
        )
        (packages / "pocketsphinx" / "__init__.py").write_text(code)
        monkeypatch.syspath_prepend(str(packages))

    return put


def failure(sound: Path, folder: Path) -> MediaError:
    """How an engine fails."""
    with pytest.raises(MediaError) as raised:
        transcribe(sound, folder, Request("pocketsphinx"), FFmpeg())
    return raised.value


@pytest.mark.slow
def test_a_spoken_sentence_is_heard_when_it_is_said(tmp_path: Path, folder: Path) -> None:
    spoken = clip(tmp_path)
    shares: list[float] = []
    found = transcribe(spoken.path, folder, Request("pocketsphinx"), FFmpeg(), report=shares.append)
    assert "".join(word.text for word in found.words) == f" {SENTENCE}"
    assert (found.language, found.engine, found.model) == ("en", "pocketsphinx", "en-us")
    assert abs(found.words[0].start - spoken.start) <= 300
    assert abs(found.words[-1].end - spoken.end) <= 300
    assert shares[-1] == 1.0


@pytest.mark.slow
def test_a_language_that_the_model_does_not_know_is_told(sound: Path, folder: Path) -> None:
    with pytest.raises(TranscriptionFailed) as raised:
        transcribe(sound, folder, Request("pocketsphinx", language="de"), FFmpeg())
    assert raised.value.code == "transcription_language_unknown"


def test_silence_has_no_words(tmp_path: Path, folder: Path, instead: Instead) -> None:
    instead("pass")
    silence = written(tmp_path / "silence.wav", (0, 500))
    found = transcribe(silence, folder, Request("pocketsphinx"), FFmpeg())
    assert (found.words, found.language) == ((), "")


def test_an_engine_that_crashes_harms_nobody(sound: Path, folder: Path, instead: Instead) -> None:
    instead("import os, signal; os.kill(os.getpid(), signal.SIGSEGV); os._exit(139)")
    assert isinstance(failure(sound, folder), ProcessKilled | TranscriptionFailed)


def test_an_engine_that_raises_has_failed(sound: Path, folder: Path, instead: Instead) -> None:
    instead("raise RuntimeError('no such thing')")
    error = failure(sound, folder)
    assert error.code == "transcription_failed"
    assert "no such thing" in error.log


def test_an_engine_gets_no_more_memory_than_it_may(
    sound: Path, folder: Path, instead: Instead, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead("self.much = bytearray(2 * 1024**3)")
    monkeypatch.setattr(module, "_MEMORY_BYTES", 512 * 1024**2)
    error = failure(sound, folder)
    assert isinstance(error, ProcessKilled) and error.memory


def test_an_engine_that_hangs_is_ended(
    sound: Path, folder: Path, instead: Instead, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead("import time; time.sleep(600)")
    monkeypatch.setattr(module, "_SILENCE_SECONDS", 0.5)
    assert isinstance(failure(sound, folder), ProcessStalled)


def test_a_stop_ends_the_engine_at_once(sound: Path, folder: Path, instead: Instead) -> None:
    instead("import time; time.sleep(600)")
    began = time.monotonic()
    with pytest.raises(Interrupted):
        transcribe(
            sound, folder, Request("pocketsphinx"), FFmpeg(), should_stop=lambda: "cancelled"
        )
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("said", ["nonsense", '{"until": "now"}', "[" * 5000, '{"words": 3}'])
def test_nonsense_that_an_engine_says_is_not_believed(
    sound: Path, folder: Path, instead: Instead, said: str
) -> None:
    instead(f"print({said!r}, flush=True)")
    assert failure(sound, folder).code == "transcription_failed"


def test_an_engine_reaches_neither_the_network_nor_other_files(
    sound: Path, folder: Path, instead: Instead, tmp_path: Path
) -> None:
    if FFmpeg().sandbox.kind != "bwrap":
        pytest.skip("there is no sandbox here")
    (tmp_path / "secret").write_text("secret")
    instead(f"""
        import socket, pathlib
        try: socket.create_connection(("192.0.2.1", 80), 5); raise SystemExit("network")
        except OSError: pass
        if pathlib.Path({str(tmp_path / "secret")!r}).exists(): raise SystemExit("file")
        pathlib.Path("cache").write_text("may write here")
    """)
    assert transcribe(sound, folder, Request("pocketsphinx"), FFmpeg()).words == ()
    assert (folder / "cache").exists()


def test_an_engine_that_is_not_installed_is_told(
    sound: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.speech.registry.find_spec", lambda name: None)
    assert failure(sound, folder).code == "transcriber_missing"


def test_a_model_that_is_not_there_is_told(
    sound: Path, folder: Path, instead: Instead, tmp_path: Path
) -> None:
    instead("pass")
    with pytest.raises(TranscriptionFailed) as raised:
        transcribe(sound, folder, Request("pocketsphinx", tmp_path / "model"), FFmpeg())
    assert raised.value.code == "transcriber_model_missing"


def test_what_is_no_sound_is_refused(tmp_path: Path, folder: Path, instead: Instead) -> None:
    instead("pass")
    (tmp_path / "sound.wav").write_bytes(b"no sound")
    with pytest.raises(SoundInvalid):
        transcribe(tmp_path / "sound.wav", folder, Request("pocketsphinx"), FFmpeg())


def test_no_engine_is_loaded_by_the_product() -> None:
    from processing.speech import registry

    assert registry.ENGINES
    assert not {engine.package for engine in registry.ENGINES.values()} & set(sys.modules)
