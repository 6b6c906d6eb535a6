"""Short clips made by FFmpeg's own generators, and ways to look at what became of them."""

from __future__ import annotations

import json
import re
import subprocess
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from processing.ffmpeg.encoding import commands
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.errors import ProcessFailed
from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.grid import Grid, grid_of
from processing.ffmpeg.planning.ladder import DEFAULT, Profile, Rung, Step
from processing.ffmpeg.planning.plan import plan_of
from processing.ffmpeg.planning.span_plan import WHOLE, Span
from processing.ffmpeg.probing import timeline
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.probing.probe import probe
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.packaging import composition
from processing.packaging.track import Track, read_track

HERE = FFmpeg()
"""FFmpeg of this machine, in its sandbox."""
TINY = Profile("tiny", (Step(144, 20, 2_000_000),), "ultrafast")
SMALL = Profile("small", tuple(s for s in DEFAULT.rungs if s.short_side <= 360), "ultrafast")


def video_stream(**changes: Any) -> VideoStream:
    """A plain 1080p25 stream, with changes."""
    plain: dict[str, Any] = {
        "index": 0, "codec": "h264", "profile": "High", "width": 1920, "height": 1080,
        "rotation": 0, "sar": Fraction(1), "frame_rate": Fraction(25),
        "time_base": Fraction(1, 12800), "start_pts": 0, "duration": 10.0, "frames": 250,
        "bitrate": None, "pixel_format": "yuv420p", "bit_depth": 8, "color_primaries": "bt709",
        "color_transfer": "bt709", "color_space": "bt709", "color_range": "tv",
        "field_order": "progressive", "whole_frames": True,
    }  # fmt: skip
    return VideoStream(**{**plain, **changes})


def ffmpeg(*arguments: str | Path) -> str:
    """Run FFmpeg plainly; its standard error."""
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-y", *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return done.stderr.decode("utf-8", "replace")


def make(path: Path, *arguments: str, size: str = "320x240", rate: str = "25") -> Path:
    """A clip of two seconds of moving frames; `arguments` go before the output."""
    source = f"testsrc2=s={size}:r={rate}:d=2"
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    ffmpeg("-f", "lavfi", "-i", source, *encoded, *arguments, path)
    return path


def flash_and_beep(path: Path, *arguments: str) -> Path:
    """Three seconds at 25 frames: white, and a tone, from 2.0 s to 2.2 s."""
    white = "color=black:s=320x240:r=25:d=3,drawbox=c=white:t=fill:enable='between(t,1.99,2.19)'"
    tone = "sine=f=1000:r=48000:d=3,volume='between(t,2,2.2)':eval=frame"
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    inputs = ["-f", "lavfi", "-i", white, "-f", "lavfi", "-i", tone]
    ffmpeg(*inputs, *encoded, *arguments, path)
    return path


@dataclass(frozen=True)
class Made:
    """A source, and what an encode of it wrote."""

    media: Media
    rungs: tuple[Rung, ...]
    folder: Path
    finished: runner.Finished

    def track(self, name: str) -> Track:
        """One of its files, read box by box."""
        with (self.folder / f"{name}.mp4").open("rb") as file:
            return read_track(file)

    @property
    def names(self) -> set[str]:
        """Its files, without their endings."""
        return {path.stem for path in self.folder.glob("*.mp4")}

    @property
    def top(self) -> Path:
        """The file of its largest rung."""
        return self.folder / self.rungs[0].filename


def grid(media: Media) -> Grid:
    """The grid of a source with frames."""
    found = grid_of(media)
    assert found is not None
    return found


def described(path: Path) -> Media:
    """What `probe` says, in the sandbox of this machine."""
    return probe(path, ffmpeg=HERE)


def line_of(path: Path, media: Media) -> timeline.Timeline | None:
    """When its frames are shown."""
    return timeline.read(path, media, ffmpeg=HERE)


def encoded(
    source: Path,
    folder: Path,
    profile: Profile = SMALL,
    *,
    media: Media | None = None,
    span: Span = WHOLE,
) -> Made:
    """Probe and encode into `folder`, in the sandbox of this machine."""
    media = media or described(source)
    plan = plan_of(media, profile)
    folder.mkdir()
    order = EncodeOrder(media, plan, span, source, folder, threads=2)
    allowed: dict[str, Any] = {
        "limits": runner.Limits(wall_seconds=60, stall_seconds=20),
        "reads": [source], "writes": folder, "on_progress": lambda _: None,
    }  # fmt: skip
    try:
        finished = HERE.run(commands.encode(order), **allowed)
    except ProcessFailed as error:
        if not commands.audio_changes(error.log):
            raise
        pipe = folder / "sound.nut"
        feeder, argv = commands.decode(order, pipe), commands.encode(order, decoded=pipe)
        finished = HERE.run_fed(feeder, argv, pipe=pipe, **allowed)
    commands.finish(order)
    for rung in plan.rungs:
        if (folder / rung.filename).exists():
            composition.from_zero(folder / rung.filename, grid(media).rate)
    return Made(media, plan.rungs, folder, finished)


def frames(path: Path) -> int:
    """Frames that can be decoded."""
    shown = ["-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames"]
    return int(asked(path, *shown)["streams"][0]["nb_read_frames"])


def asked(path: Path | str, *arguments: str) -> dict[str, Any]:
    """ffprobe's JSON about a file or playlist we made."""
    command = ["ffprobe", "-v", "error", *arguments, "-of", "json", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def beep_start(path: Path) -> float:
    """Seconds into the audio at which the first silence ends."""
    log = ffmpeg("-i", path, "-vn", "-af", "silencedetect=n=-30dB:d=0.1", "-f", "null", "-")
    found = re.search(r"silence_end: ([\d.]+)", log)
    assert found, log
    return float(found[1])


def flash_frame(path: Path) -> int:
    """The number of the first bright frame."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-an", "-fps_mode", "passthrough"]
    command += ["-vf", "scale=1:1,format=gray", "-f", "rawvideo", "-"]
    levels = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return next(number for number, level in enumerate(levels) if level > 128)


def color_at(path: Path, place: str) -> tuple[int, int, int]:
    """Red, green, blue of the first frame's corner: `place` is crop's x:y."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-frames:v", "1"]
    command += ["-vf", f"crop=8:8:{place},scale=1:1,format=rgb24", "-f", "rawvideo", "-"]
    red, green, blue = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout[
        :3
    ]
    return red, green, blue


_BITS, _HEIGHT = 16, 144


def numbered(
    path: Path,
    *arguments: str,
    count: int,
    rate: str = "25",
    sound: str | None = None,
    first: int = 0,
) -> Path:
    """`count` frames of 256x144, each with its number (from `first` on) as 16 dark and bright
    columns above a moving pattern; `audio` is a source of FFmpeg's lavfi. `arguments` go before the
    output."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray"]
    command += ["-s", f"{_BITS * 16}x{_HEIGHT}", "-r", rate, "-i", "/dev/stdin"]
    command += ["-f", "lavfi", "-i", sound] if sound else []
    command += ["-pix_fmt", "yuv420p", *arguments, str(path)]
    ramp = bytes(range(256)) * 3
    pictures = bytearray()
    for number in range(first, first + count):
        code = b"".join(bytes([224 if number >> bit & 1 else 32]) * 16 for bit in range(_BITS))
        rows = (ramp[number * 3 % 256 + row :][:256] for row in range(_HEIGHT // 2))
        pictures += code * (_HEIGHT // 2) + b"".join(rows)
    subprocess.run(command, check=True, input=bytes(pictures), timeout=60)
    return path


def numbers_in(path: Path) -> list[int]:
    """The numbers `numbered` burnt in, as decoded, in the order of showing."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-an", "-fps_mode", "passthrough"]
    command += ["-vf", f"crop=iw:ih/4:0:ih/16,scale={_BITS}:1:flags=area,format=gray"]
    command += ["-f", "rawvideo", "-"]
    levels = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return [
        sum(1 << bit for bit, level in enumerate(levels[at : at + _BITS]) if level > 128)
        for at in range(0, len(levels), _BITS)
    ]


def samples_in(path: Path) -> array[int]:
    """The audio as it is heard: 48 kHz, both channels mixed, full scale 32767."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vn", "-ac", "1", "-ar", "48000"]
    command += ["-f", "s16le", "-"]
    heard = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return array("h", heard)


def join(parts: Sequence[Path], joined: Path) -> Path:
    """One file of the init segment of the first part and the fragments of all."""
    with joined.open("wb") as file:
        for number, part in enumerate(parts):
            with part.open("rb") as opened:
                init = read_track(opened).init_size
            file.write(part.read_bytes()[init if number else 0 :])
    return joined


def made_of(source: Path, folder: Path, *, seconds: float | None = None) -> tuple[Media, Made]:
    """What becomes of a source in one small rung, as a whole or in spans of so many seconds."""
    media = described(source)
    line = line_of(source, media)
    media = with_timeline(media, line)
    if seconds is None:
        return media, encoded(source, folder, TINY, media=media)
    spans = span_plan.plan(media, line, TINY, seconds=seconds)
    folder.mkdir()
    parts = [
        encoded(source, folder / str(span.number), TINY, media=media, span=span) for span in spans
    ]
    for name in parts[0].names:
        join([part.folder / f"{name}.mp4" for part in parts], folder / f"{name}.mp4")
    first = parts[0]
    return media, Made(media, first.rungs, folder, first.finished)


def beeps(path: Path) -> list[float]:
    """The seconds at which beeps begin."""
    samples, found, silent = samples_in(path), [], True
    for at in range(0, len(samples) - 240, 240):
        loudest = max(samples[at : at + 240], key=abs)
        if abs(loudest) > 3000 and silent:
            found.append(at / 48_000)
            silent = False
        elif abs(loudest) < 600:
            silent = True
    return found


def numbers_of_distinct(path: Path, *, apart: float = 1.0) -> list[int]:
    """The numbers of the frames that differ from the one before by more than so many grey levels,
    on average over small frames of them."""
    size = 32 * 18
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-an", "-fps_mode", "passthrough"]
    command += ["-vf", "scale=32:18:flags=area,format=gray", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
    found, last = [], b""
    for number in range(len(raw) // size):
        frame = raw[number * size : (number + 1) * size]
        if not last or sum(abs(a - b) for a, b in zip(frame, last, strict=True)) > apart * size:
            found.append(number)
            last = frame
    return found
