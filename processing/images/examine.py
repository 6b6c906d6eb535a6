"""Start the program that decodes an image: in the sandbox, with bounds on memory and time."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from processing.ffmpeg.errors import (
    OutputTooLarge,
    ProcessFailed,
    ProcessKilled,
    ProcessStalled,
    ProcessTimedOut,
)
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg

MOST_PIXELS = 100_000_000
COPY_AND_THUMBNAIL: Mapping[str, int | None] = {"copy": None, "thumbnail": 320}

_CODE = Path(__file__).resolve().parents[2]
_LIMITS = runner.Limits(
    wall_seconds=60,
    cpu_seconds=60,
    memory_bytes=2 * 1024**3,
    output_bytes=512 * 1024**2,
    stdout_bytes=64 * 1024,
)
_START = (
    "import sys; sys.path[:0] = sys.argv[1:3]; "
    "from processing.images.program import main; main(sys.argv[3:])"
)


class ImageInvalid(Exception):
    """Raised when a file is no image of a known format, or cannot be decoded whole."""


class ImageTooLarge(Exception):
    """Raised when an image has more bytes or pixels than allowed."""


@dataclass(frozen=True)
class Examined:
    """A decoded image: the format of the file, its upright size in pixels, and the pictures made
    of it with their widths and heights in pixels, by their names."""

    format: str
    width: int
    height: int
    files: Mapping[str, Path]
    sizes: Mapping[str, tuple[int, int]]


def examine(
    path: Path,
    folder: Path,
    ffmpeg: FFmpeg,
    *,
    wanted: Mapping[str, int | None] = COPY_AND_THUMBNAIL,
) -> Examined:
    """Decode a file, and write pictures of it into a folder. Both paths are absolute.

    ``wanted`` names the pictures, each with at most so many pixels a side, or for None a copy in
    full size. Sized ones are WebP if their name ends in `.webp`, else JPEG.

    Raises ``ImageInvalid``, ``ImageTooLarge``, or `ToolMissing` or `SandboxUnavailable` if the
    program could not start.
    """
    try:
        told = ffmpeg.run(_command(path, folder, wanted), limits=_LIMITS, reads=[path, *_needed()],
                          writes=folder).stdout  # fmt: skip
    except (ProcessTimedOut, ProcessStalled, OutputTooLarge) as error:
        raise ImageTooLarge from error
    except ProcessKilled as error:
        raise (ImageTooLarge if error.memory else ImageInvalid) from error
    except ProcessFailed as error:
        raise (ImageTooLarge if "MemoryError" in error.log else ImageInvalid) from error
    found: dict[str, Any] = json.loads(told)
    if "error" in found:
        raise ImageTooLarge if found["error"] == "image_too_large" else ImageInvalid
    return Examined(
        found["format"],
        found["width"],
        found["height"],
        {name: folder / file for name, file in found["files"].items()},
        {name: (width, height) for name, (width, height) in found["sizes"].items()},
    )


def _command(path: Path, folder: Path, wanted: Mapping[str, int | None]) -> list[str]:
    python = str(Path(sys.executable).resolve())
    own = [str(_CODE), str(_packages()), str(path), str(folder)]
    return [python, "-I", "-S", "-c", _START, *own, str(MOST_PIXELS), json.dumps(dict(wanted))]


def _needed() -> list[Path]:
    """Return the paths the program reads besides the file: our code, Pillow with its libraries,
    and Python if it is not in /usr."""
    python = Path(sys.base_prefix).resolve()
    own = [] if python.is_relative_to("/usr") else [python]
    code = [_CODE / "processing" / "__init__.py", _CODE / "processing" / "images"]
    pillow = [_packages() / "PIL", _packages() / "pillow.libs"]
    return [*code, *(one for one in pillow if one.is_dir()), *own]


def _packages() -> Path:
    spec = find_spec("PIL")
    if spec is None or spec.origin is None:
        raise ImportError("Pillow is not installed")
    return Path(spec.origin).parents[1]
