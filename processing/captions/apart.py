"""Read a file of captions that somebody sent: in a limited program, if it needs more than our own
linear readers."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from processing.captions import limits, reading, stored
from processing.captions.document import Document
from processing.captions.errors import CaptionsUnreadable, LineError
from processing.ffmpeg.errors import (
    OutputTooLarge,
    ProcessFailed,
    ProcessKilled,
    ProcessStalled,
    ProcessTimedOut,
)
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg

_CODE = Path(__file__).resolve().parents[2]
_PACKAGES = ("charset_normalizer", "ttconv")
_LIMITS = runner.Limits(
    wall_seconds=60,
    cpu_seconds=60,
    memory_bytes=2 * 1024**3,
    output_bytes=1024**2,
    stdout_bytes=64 * 1024**2,
)
_START = (
    "import sys; sys.path[:0] = sys.argv[1:3]; "
    "from processing.captions.program import main; main(sys.argv[3:])"
)


def read_apart(
    path: Path,
    ffmpeg: FFmpeg,
    *,
    filename: str = "",
    format: str = "",
    language: str = "",
) -> Document:
    """Return the captions of a file as `reading.read` does; the path is absolute.

    A file that is not `reading.is_quick` is read in a program in the sandbox, with bounds on memory
    and time. Raises ``CaptionsUnreadable``, or `ToolMissing` or `SandboxUnavailable` if the program
    could not start.
    """
    told = {"filename": filename, "format": format, "language": language}
    with path.open("rb") as file:
        data = file.read(limits.MOST_BYTES + 1)
    if len(data) > limits.MOST_BYTES:
        raise CaptionsUnreadable("captions_too_large")
    if reading.is_quick(data, filename=filename, format=format):
        return reading.read(data, **told)
    return _answer(_said(path, ffmpeg, told))


def _said(path: Path, ffmpeg: FFmpeg, told: dict[str, str]) -> dict[str, Any]:
    python = str(Path(sys.executable).resolve())
    packages = _packages()
    own = [str(_CODE), str(packages), str(path), json.dumps(told)]
    try:
        finished = ffmpeg.run(
            [python, "-I", "-S", "-c", _START, *own],
            limits=_LIMITS,
            reads=[path, *_needed(packages)],
        )
    except (ProcessTimedOut, ProcessStalled, OutputTooLarge, ProcessKilled) as error:
        raise CaptionsUnreadable("captions_too_costly") from error
    except ProcessFailed as error:
        costly = "MemoryError" in error.log or "RecursionError" in error.log
        raise CaptionsUnreadable(
            "captions_too_costly" if costly else "captions_unreadable"
        ) from error
    said: dict[str, Any] = json.loads(finished.stdout)
    return said


def _answer(said: dict[str, Any]) -> Document:
    if "error" in said:
        errors = [LineError(line, code, message) for line, code, message in said["errors"]]
        raise CaptionsUnreadable(said["error"], errors, message=said["message"])
    return stored.from_json(said)


def _needed(packages: Path) -> list[Path]:
    """Return the paths the program reads besides the file: our code, the parsers, and Python if it
    is not in /usr."""
    python = Path(sys.base_prefix).resolve()
    own = [] if python.is_relative_to("/usr") else [python]
    code = [_CODE / "processing" / "__init__.py", _CODE / "processing" / "captions"]
    # The compiled half of charset-normalizer lies beside its folder.
    compiled = packages.glob("*__mypyc.*.so")
    return [*code, *(packages / name for name in _PACKAGES), *compiled, *own]


def _packages() -> Path:
    spec = find_spec(_PACKAGES[0])
    if spec is None or spec.origin is None:
        raise ImportError("charset-normalizer is not installed")
    return Path(spec.origin).parents[1]
