"""Reads long indexes in a separate program, so that a hostile index costs the worker nothing:
`runner` limits its memory, processor time and life, and ends it when a stop is requested.

That program runs `child.main`, which prints its results as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processing.ffmpeg.errors import (
    MediaError,
    OutputTooLarge,
    ProbeFailed,
    ProcessFailed,
    ProcessKilled,
    ProcessTimedOut,
)
from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg

_CODE = Path(__file__).resolve().parents[3]
_PACKAGES = ("processing/__init__.py", "processing/ffmpeg", "processing/mp4")
# Twelve hours at 120 frames a second take about 15 s.
_LIMITS = runner.Limits(wall_seconds=50, cpu_seconds=40, memory_bytes=1024**3, output_bytes=1024**2)
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from processing.ffmpeg.probing.child import main; main(sys.argv[2:])"
)


@dataclass(frozen=True)
class Reader:
    """Starts the program that reads. Each method returns what the child found as plain data, None
    if nothing reliable is known.

    Raises `ProbeFailed` (`source_too_large`) if there is more than the limits allow, and
    `ProcessKilled` or `Interrupted` as `runner.run` does.
    """

    ffmpeg: FFmpeg
    """Its sandbox is the one in which the program runs."""
    should_stop: Callable[[], str | None]

    def of_index(self, path: Path, video: VideoStream) -> Mapping[str, Any] | None:
        """Return the timeline of an MP4's frames, read from its boxes."""
        return self._asked("of_index", path, _described(video=video))

    def of_listing(self, what: str, listed: Path, media: Media) -> Mapping[str, Any] | None:
        """Return the timeline of a file of packets that ffprobe listed, by the function `what` of
        the child."""
        only = Media("", 0.0, 0, None, media.video, media.audio)
        return self._asked(what, listed, only)

    def of_sound(self, path: Path, stream: AudioStream) -> Mapping[str, Any] | None:
        """Return the facts about the AAC packets of a stream, read from the boxes."""
        return self._asked("of_sound", path, _described(audio=stream))

    def _asked(self, what: str, path: Path, media: Media) -> Mapping[str, Any] | None:
        python = str(Path(sys.executable).resolve())
        command = [python, "-I", "-S", "-c", _START, str(_CODE), what, str(path)]
        try:
            told = self.ffmpeg.run(
                [*command, json.dumps(media.to_json())],
                limits=_LIMITS,
                reads=[path, *_needed()],
                should_stop=self.should_stop,
            ).stdout
        except (ProcessTimedOut, OutputTooLarge) as error:
            raise _too_large(error) from error
        except ProcessFailed as error:
            if error.log.endswith("MemoryError"):
                raise _too_large(error) from error
            raise RuntimeError(f"reading an index failed: {error.log}") from error
        except ProcessKilled as error:
            if error.memory:
                raise _too_large(error) from error
            raise
        found: Mapping[str, Any] | None = json.loads(told)
        return found


def _too_large(error: MediaError) -> ProbeFailed:
    message = "The index of the file is larger than allowed."
    return ProbeFailed(message, code="source_too_large", log=error.log)


def _needed() -> list[Path]:
    """Return the paths the program reads besides the file: our code, and Python if it is not in
    /usr."""
    python = Path(sys.base_prefix).resolve()
    own = [] if python.is_relative_to("/usr") else [python]
    return [*(_CODE / name for name in _PACKAGES), *own]


def _described(*, video: VideoStream | None = None, audio: AudioStream | None = None) -> Media:
    return Media("", 0.0, 0, None, video, () if audio is None else (audio,))
