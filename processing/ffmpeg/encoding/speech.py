"""The sound of a video as engines for speech recognition take it."""

from __future__ import annotations

from pathlib import Path

from processing.ffmpeg import inputs

RATE = 16_000
# Sound that begins late or has gaps keeps its times.
_IN_TIME = "aresample=async=1:first_pts=0"


def command(ffmpeg: str, source: Path, out: Path) -> list[str]:
    """Return the command that writes the first audio track as a WAV: 16-bit samples, 16,000 a
    second, in one channel, from second 0 on."""
    return [
        *[ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning"],
        *["-threads", "1", *inputs.opened(source), "-map", "0:a:0", "-vn"],
        *["-af", _IN_TIME, "-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le"],
        *["-bitexact", "-f", "wav", "-y", str(out)],
    ]
