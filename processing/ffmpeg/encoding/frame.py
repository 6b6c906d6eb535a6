"""The command that takes one frame and writes it in several sizes and formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import decoding, pixels
from processing.ffmpeg.encoding.thumbnails import JPEG_COLORS
from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.planning.grid import origin_of

_ROUND = "flags=bicubic+accurate_rnd+full_chroma_int"
_FORMATS = {
    # JPEG means BT.601 in full range, WebP BT.601 in the range of video.
    ".jpg": (
        [f"{JPEG_COLORS}", "format=yuvj420p", "setparams=range=pc:colorspace=smpte170m"],
        ["-c:v", "mjpeg", "-q:v", "3"],
    ),
    ".webp": (
        [f"out_color_matrix=smpte170m:out_range=tv:{_ROUND}", "format=yuv420p"],
        ["-c:v", "libwebp", "-quality", "80", "-compression_level", "3"],
    ),
    ".png": ([_ROUND, "format=rgb24"], ["-c:v", "png"]),
}


@dataclass(frozen=True)
class Wanted:
    """A file to write, in the format that its suffix names; width and height in pixels."""

    path: Path
    width: int
    height: int


@dataclass(frozen=True)
class Taken:
    """The frame to take: the first one of `file` that begins at `at` seconds after the file's
    begin, or later. `options` go before the input, and `chain` prepares its frames."""

    file: Path
    at: float
    options: Sequence[str] = ()
    chain: Sequence[str] = ()
    stream: str = "0:v"


def of_source(media: Media, video: VideoStream, file: Path, seconds: float) -> Taken:
    """Return the frame of a source that its video shows at `seconds` (not before the grid's
    half frame)."""
    first = origin_of(media) if media.clip else video.start
    half = 0.5 / float(video.fastest_rate)
    begin = max(0.0, float(first) - media.start)
    size = _even(video.display_width), _even(video.display_height)
    return Taken(
        file,
        max(0.0, begin + seconds - half),
        [*([] if not video.upright else ["-noautorotate"]), *decoding.options(video)],
        [*pixels.before_grid(video), "trim=end_frame=1", *pixels.steps(video, *size)],
        f"0:{video.index}",
    )


def command(ffmpeg: str, taken: Taken, wanted: Sequence[Wanted]) -> list[str]:
    """Return the command that writes a frame into all files that are wanted."""
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-filter_complex_threads", "1", "-threads", "1", *taken.options]
    argv += ["-ss", f"{taken.at:.6f}", *inputs.opened(taken.file)]
    return [*argv, *_outputs(wanted, f"[{taken.stream}]", taken.chain)]


def of_picture(ffmpeg: str, picture: Path, wanted: Sequence[Wanted]) -> list[str]:
    """Return the command that writes a picture of our own into all files that are wanted."""
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    return [*argv, *inputs.own_picture(picture), *_outputs(wanted, "[0:v]", ())]


def _outputs(wanted: Sequence[Wanted], given: str, chain: Sequence[str]) -> list[str]:
    labels = "".join(f"[i{number}]" for number in range(len(wanted)))
    before = ",".join([*(chain or ["null"]), "trim=end_frame=1", f"split={len(wanted)}"])
    graph, outs = [f"{given}{before}{labels}"], []
    for number, one in enumerate(wanted):
        (how, *rest), codec = _FORMATS[one.path.suffix]
        steps = [f"scale={one.width}:{one.height}:{how}", *rest]
        graph.append(f"[i{number}]{','.join(steps)}[o{number}]")
        outs += ["-map", f"[o{number}]", *codec, "-frames:v", "1", "-map_metadata", "-1"]
        outs += ["-fps_mode", "passthrough", *_MUXERS[one.path.suffix], str(one.path)]
    return ["-filter_complex", ";".join(graph), *outs]


_IMAGE = ("-f", "image2", "-update", "1")
_MUXERS = {".jpg": _IMAGE, ".webp": ("-f", "webp"), ".png": _IMAGE}


def _even(side: int) -> int:
    return max(2, 2 * round(side / 2))
