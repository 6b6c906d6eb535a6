"""Small samples of a source and of what was made of it, for comparison: a tiny grey copy of each
frame on the grid, and audio in telephone quality."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.planning.ladder import Rung
from processing.ffmpeg.running.ffmpeg import FFmpeg

RUNG = Rung("sample", 32, 18, 0, 0, 0)
FRAME_BYTES = RUNG.width * RUNG.height
"""The size of one frame."""
RATE = 8_000
"""Audio samples per second, of two bytes each."""
FRAMES_FILENAME = "pictures.sample"
_GREY = "format=yuv420p,extractplanes=y"


def audio_filename(track: str) -> str:
    """Return the name of the file with the samples of a track."""
    return f"{track}.sample"


def grey(graph: str, label: str) -> str:
    """Return a graph that ends with `[label]` in grey."""
    return f"{graph.removesuffix(f'[{label}]')},{_GREY}[{label}]"


def frames_to(out: Path) -> list[str]:
    """Return the options of an output of grey frames."""
    return ["-fps_mode", "passthrough", "-c:v", "rawvideo", "-f", "rawvideo", str(out)]


def audio_to(out: Path) -> list[str]:
    """Return the options of an output of audio samples."""
    return ["-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le", "-f", "s16le", str(out)]


def of_video(path: Path, out: Path, ffmpeg: FFmpeg) -> list[str]:
    """Return the argv that samples an encoded file of frames."""
    small = f"scale={RUNG.width}:{RUNG.height}:flags=bicubic,{_GREY}"
    return [*_of(path, ffmpeg), "-vf", small, *frames_to(out)]


def of_audio(path: Path, out: Path, ffmpeg: FFmpeg) -> list[str]:
    """Return the argv that samples an encoded file of audio."""
    return [*_of(path, ffmpeg), *audio_to(out)]


def _of(path: Path, ffmpeg: FFmpeg) -> list[str]:
    argv = [ffmpeg.program, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    return [*argv, *inputs.opened(path), "-map", "0"]
