"""Play the served media with programs, as servers and set-top boxes do: FFmpeg and mpv."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_NUMBER = "crop=iw:ih/4:0:ih/16,scale=16:1:flags=area,format=gray"
_BITS = 16
_SECONDS = 120


@dataclass(frozen=True)
class Shown:
    """The frames in display order, each with its time in seconds and its burnt-in number; and the
    times at which a silence ends."""

    pictures: list[tuple[float, int]]
    beeps: list[float]


def by_ffmpeg(program: str, address: str, *, start: float | None = None, rung: int = 0) -> Shown:
    """Return what an FFmpeg decodes from an address, from `start` on, of video stream `rung`."""
    begun = [program, "-nostdin", "-hide_banner", "-nostats", "-copyts"]
    begun += [] if start is None else ["-ss", f"{start:g}"]
    begun += ["-i", address]
    seen = ["-map", f"0:v:{rung}", "-fps_mode", "passthrough", "-vf", f"{_NUMBER},showinfo"]
    pictures = _run([*begun, *seen, "-f", "rawvideo", "-"])
    heard = ["-map", "0:a:0", "-af", "silencedetect=n=-30dB:d=0.1", "-f", "null", "-"]
    audio = _run([*begun, *heard])
    times = re.findall(rb"pts_time:\s*(-?[\d.]+)", pictures.stderr)
    return Shown(
        _numbered([float(time) for time in times], pictures.stdout),
        [float(time) for time in re.findall(rb"silence_end: (-?[\d.]+)", audio.stderr)],
    )


def by_mpv(address: str, folder: Path, *, start: float | None = None) -> Shown:
    """Return what mpv plays into a file, as fast as it can."""
    out = folder / "played.nut"
    command = ["mpv", "--no-config", "--really-quiet", f"--o={out}", "--of=nut"]
    command += ["--ovc=rawvideo", "--oac=pcm_s16le", f"--vf=lavfi=[{_NUMBER}]"]
    command += [] if start is None else [f"--start={start:g}"]
    _run([*command, address])
    played = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-copyts", "-i", str(out)]
    seen = ["-map", "0:v:0", "-fps_mode", "passthrough", "-vf", "showinfo", "-f", "rawvideo", "-"]
    pictures = _run([*played, *seen])
    audio = _run(
        [*played, "-map", "0:a:0", "-af", "silencedetect=n=-30dB:d=0.1", "-f", "null", "-"]
    )
    times = re.findall(rb"pts_time:\s*(-?[\d.]+)", pictures.stderr)
    return Shown(
        _numbered([float(time) for time in times], pictures.stdout),
        [float(time) for time in re.findall(rb"silence_end: (-?[\d.]+)", audio.stderr)],
    )


def _run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)


def _numbered(times: list[float], levels: bytes) -> list[tuple[float, int]]:
    numbers = [
        sum(1 << bit for bit, level in enumerate(levels[at : at + _BITS]) if level > 128)
        for at in range(0, len(levels), _BITS)
    ]
    return list(zip(times, numbers, strict=True))
