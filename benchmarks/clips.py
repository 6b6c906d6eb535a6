"""The clips of the benchmarks: 1080p, H.264, with audio.

The clip is the file that CLIP names (repeated without re-encoding up to the wanted length),
otherwise one of the corpus if it exists (tests/corpus.py), otherwise a generated one with enough
movement and grain to be hard to encode. Only figures of the same clip can be compared.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.corpus import VIDEOS

_QUIET = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
_DRAWN_SECONDS = 8
_REAL = VIDEOS / "realworld" / "wave_croatia_1080p25_8s_cmaf.mp4"


def make(folder: Path, seconds: int) -> Path:
    """Make a clip of this many seconds in a folder."""
    out = folder / f"clip-{seconds}s.mp4"
    loops = ["-stream_loop", str(-(-seconds // _DRAWN_SECONDS))]
    length = ["-t", str(seconds), "-c", "copy", "-movflags", "+faststart"]
    subprocess.run([*_QUIET, *loops, "-i", str(_base(folder)), *length, str(out)], check=True)
    return out


def copyable(folder: Path, seconds: int) -> Path:
    """Make such a clip that is encoded as its top rung: with closed GOPs and below the bitrate
    cap."""
    made, out = make(folder, _DRAWN_SECONDS), folder / f"copyable-{seconds}s.mp4"
    fitting = folder / "fitting.mp4"
    argv = [*_QUIET, "-i", str(made), "-c:v", "libx264", "-preset", "veryfast", "-crf", "23"]
    argv += ["-maxrate", "5M", "-bufsize", "7M", "-pix_fmt", "yuv420p", "-g", "50"]
    argv += ["-keyint_min", "50", "-sc_threshold", "0", "-flags", "+cgop", "-c:a", "copy"]
    subprocess.run([*argv, "-t", str(_DRAWN_SECONDS), str(fitting)], check=True)
    loops = ["-stream_loop", str(-(-seconds // _DRAWN_SECONDS)), "-i", str(fitting)]
    length = ["-t", str(seconds), "-c", "copy", "-movflags", "+faststart"]
    subprocess.run([*_QUIET, *loops, *length, str(out)], check=True)
    return out


def _base(folder: Path) -> Path:
    named = os.environ.get("CLIP")
    if named:
        return Path(named).absolute()
    return _REAL if _REAL.exists() else _drawn(folder)


def _drawn(folder: Path) -> Path:
    out = folder / "drawn.mp4"
    if out.exists():
        return out
    frame = (
        f"mandelbrot=size=1920x1080:rate=25:end_scale=0.02:end_pts=400,noise=alls=8:allf=t,"
        f"trim=duration={_DRAWN_SECONDS},format=yuv420p"
    )
    audio = f"sine=frequency=440:sample_rate=48000:duration={_DRAWN_SECONDS}"
    argv = [*_QUIET, "-f", "lavfi", "-i", frame, "-f", "lavfi", "-i", audio]
    argv += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-g", "50"]
    # The bitrate of real clips, so that ten minutes stay below the limit of an upload.
    argv += ["-maxrate", "5M", "-bufsize", "10M"]
    subprocess.run([*argv, "-c:a", "aac", "-shortest", str(out)], check=True)
    return out
