"""Decodes an output, to find out whether FFmpeg complains about it."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import ProcessFailed
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg

_WALL_SECONDS = 1800


def complaints(path: Path, ffmpeg: FFmpeg) -> str:
    """Return FFmpeg's warnings while it decodes the whole file; empty if there are none.

    Raises `MediaError` if FFmpeg cannot be run to its end.
    """
    argv = [ffmpeg.program, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning"]
    argv += [*inputs.opened(path), "-map", "0", "-fps_mode", "passthrough", "-f", "null", "-"]
    limits = runner.Limits(wall_seconds=_WALL_SECONDS)
    try:
        finished = ffmpeg.run(argv, limits=limits, reads=[path])
    except ProcessFailed as error:
        return error.log.strip() or error.message
    return finished.log.strip()
