"""Start the program that transcribes a sound: in the sandbox, with bounds on memory and time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processing.captions.document import Word
from processing.ffmpeg.errors import MediaError, ProcessFailed, ProcessKilled, ProcessStalled
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.speech.pieces import milliseconds
from processing.speech.registry import ENGINES
from processing.speech.told import Told, ToldNonsense
from processing.speech.transcriber import AUTO

_CODE = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path[:0] = sys.argv[1:3]; "
    "from processing.speech.program import main; main(sys.argv[3:])"
)
_WALL_FLOOR_SECONDS, _WALL_A_SECOND = 900.0, 60.0
# So long it may take to load the model, or to recognise one piece on a busy machine.
_SILENCE_SECONDS = 1800.0
_SAID_FLOOR_BYTES, _SAID_A_SECOND = 1024**2, 4096
_WRITTEN_BYTES = 64 * 1024**2
_MEMORY_BYTES, _MEMORY_A_MODEL_BYTE = 3 * 1024**3, 4
_USUAL_BYTES, _USUAL_A_MODEL_BYTE = 1024**3, 2
_NO_MEMORY = ("MemoryError", "bad_alloc")

_MESSAGES = {
    "transcriber_missing": "This server has no engine for speech recognition. Tell its operator.",
    "transcriber_model_missing": "The model for speech recognition is missing on this server. Tell "
    "its operator.",
    "transcription_language_unknown": "The model for speech recognition does not know the "
    "language.",
    "transcription_failed": "What is said in this video could not be recognised.",
}
CODES = tuple(_MESSAGES)
"""The codes of all failures that only transcriptions have."""


class TranscriptionFailed(MediaError):
    """Raised when an engine could not do its work; see ``CODES``."""

    code = "transcription_failed"
    message = _MESSAGES["transcription_failed"]


@dataclass(frozen=True)
class Request:
    """Which engine, by its name and the absolute path of its model if the package brings none,
    transcribes which language (or ``AUTO``) with how many threads."""

    engine: str
    model: Path | None = None
    language: str = AUTO
    threads: int = 1


@dataclass(frozen=True)
class Transcript:
    """What is said in a sound, in order, and in which language (a BCP 47 tag, empty if nothing was
    heard). A word begins with a blank if it is not a part of the one before it."""

    language: str
    words: tuple[Word, ...]
    engine: str
    model: str


def transcribe(
    sound: Path,
    folder: Path,
    request: Request,
    ffmpeg: FFmpeg,
    *,
    report: Callable[[float], None] = lambda share: None,
    should_stop: Callable[[], str | None] = runner.never,
) -> Transcript:
    """Transcribe a WAV of 16-bit samples, 16,000 a second, in one channel. The engine may write
    into an empty folder. Both paths are absolute.

    ``report(share)`` is told the share that is done, from 0 to 1. Raises ``TranscriptionFailed``,
    ``SoundInvalid``, or what `runner.run` raises but `ProcessFailed`.
    """
    engine = ENGINES[request.engine]
    packages = engine.packages
    if packages is None:
        raise _failure("transcriber_missing")
    if engine.missed(request.model):
        raise _failure("transcriber_model_missing")
    length = milliseconds(sound)
    told = Told(length)
    watch = _Watch(told, length, report, should_stop)
    try:
        ffmpeg.run(
            _command(sound, folder, request, packages),
            limits=_limits(length / 1000, request.model),
            reads=[sound, *_needed(packages, request.model)],
            writes=folder,
            should_stop=watch.look,
            said=told,
        )
    except ProcessFailed as error:
        if any(word in error.log for word in _NO_MEMORY):
            raise ProcessKilled(memory=True, log=error.log) from error
        raise _failure("transcription_failed", log=error.log) from error
    except ToldNonsense as error:
        raise _failure("transcription_failed") from error
    if told.error:
        raise _failure(told.error)
    report(1.0)
    return Transcript(
        told.language if told.words else "", tuple(told.words), told.engine, told.model
    )


class _Watch:
    """Reports progress, and ends an engine that makes none."""

    def __init__(
        self,
        told: Told,
        length: int,
        report: Callable[[float], None],
        should_stop: Callable[[], str | None],
    ) -> None:
        self._told, self._length = told, length
        self._report, self._should_stop = report, should_stop
        self._until, self._moved = 0, time.monotonic()

    def look(self) -> str | None:
        """Return a reason to stop. Raises `ProcessStalled`."""
        now = time.monotonic()
        if self._told.until != self._until:
            self._until, self._moved = self._told.until, now
            self._report(self._until / self._length)
        elif now - self._moved > _SILENCE_SECONDS:
            raise ProcessStalled
        return self._should_stop()


def _failure(code: str, *, log: str = "") -> TranscriptionFailed:
    known = code if code in _MESSAGES else TranscriptionFailed.code
    return TranscriptionFailed(_MESSAGES[known], code=known, log=log)


def _command(sound: Path, folder: Path, request: Request, packages: Path) -> list[str]:
    python = str(Path(sys.executable).resolve())
    model = str(request.model) if request.model else ""
    own = [str(sound), str(folder), request.language, request.engine, model, str(request.threads)]
    return [python, "-I", "-S", "-B", "-c", _START, str(_CODE), str(packages), *own]


def _limits(seconds: float, model: Path | None) -> runner.Limits:
    return runner.Limits(
        wall_seconds=_WALL_FLOOR_SECONDS + _WALL_A_SECOND * seconds,
        memory_bytes=_MEMORY_BYTES + _MEMORY_A_MODEL_BYTE * _bytes_of(model),
        stdout_bytes=_SAID_FLOOR_BYTES + round(_SAID_A_SECOND * seconds),
        output_bytes=_WRITTEN_BYTES,
    )


def memory_of(model: Path | None) -> int:
    """Return about how many bytes of memory an engine needs with a model; what it is allowed is
    more."""
    return _USUAL_BYTES + _USUAL_A_MODEL_BYTE * _bytes_of(model)


def _bytes_of(model: Path | None) -> int:
    """Return how large the files of a model are; 0 if they are not on this machine."""
    if model is None:
        return 0
    files = model.rglob("*") if model.is_dir() else [model]
    return sum(file.stat().st_size for file in files if file.is_file())


def _needed(packages: Path, model: Path | None) -> list[Path]:
    """Return the paths the program reads besides the sound: our code, the packages, the model, and
    Python if it is not in /usr."""
    ours = _CODE / "processing"
    code = [ours / "__init__.py", ours / "speech", ours / "captions"]
    python = Path(sys.base_prefix).resolve()
    own = [] if python.is_relative_to("/usr") else [python]
    return [*code, packages, *([model] if model else []), *own]
