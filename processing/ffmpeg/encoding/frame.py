"""The commands that take one frame: of a source, of a file of ours by the second or the number, or
of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import decoding, picture_colors, pixels
from processing.ffmpeg.encoding.look import Look
from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.planning.grid import origin_of

_CODERS = {
    ".jpg": ["-c:v", "mjpeg", "-q:v", "3"],
    ".webp": ["-c:v", "libwebp", "-quality", "80", "-compression_level", "3"],
    ".png": ["-c:v", "png"],
}
# Somebody waits for these.
_QUICK = {
    ".jpg": ("-c:v", "mjpeg", "-q:v", "3"),
    ".webp": ("-c:v", "libwebp", "-quality", "82", "-compression_level", "2"),
    ".png": ("-c:v", "png", "-compression_level", "2", "-pred", "up"),
}
_THUMBNAIL_QUALITY = 2


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
    argv = [*_quiet(ffmpeg), "-filter_complex_threads", "1", "-threads", "1", *taken.options]
    argv += ["-ss", f"{taken.at:.6f}", *inputs.opened(taken.file)]
    return [*argv, *_outputs(wanted, f"[{taken.stream}]", taken.chain)]


def of_picture(ffmpeg: str, picture: Path, wanted: Sequence[Wanted]) -> list[str]:
    """Return the command that writes a picture of our own into all files that are wanted."""
    return [*_quiet(ffmpeg), *inputs.own_picture(picture), *_outputs(wanted, "[0:v]", ())]


def thumbnail(ffmpeg: str, source: Path, out: Path, *, at: float, width: int) -> list[str]:
    """Return the command that writes the first frame that begins `at` seconds after the begin of a
    file of ours, or later, as a JPEG `width` pixels wide.

    Only frames from the keyframe before it on are decoded.
    """
    return [
        *[*_quiet(ffmpeg), "-threads", "1", "-ss", f"{at:.6f}", *inputs.opened(source)],
        *["-vf", ",".join(picture_colors.filters("jpg", (width, -1)))],
        *["-fps_mode", "passthrough", "-frames:v", "1"],
        *["-map_metadata", "-1", "-q:v", str(_THUMBNAIL_QUALITY), "-f", "image2", str(out)],
    ]


def numbered(ffmpeg: str, piece: Path, out: Path, *, number: int, look: Look) -> list[str]:
    """Return the command that writes frame `number` of a piece as the file `out`: a `.jpg`, `.png`
    or `.webp`.

    A piece is an init segment and the fragments after it. Its frames are counted in the order in
    which they are shown, beginning with 0.
    """
    taken = _numbered(ffmpeg, piece, number, look.into(out.suffix[1:]))
    return [*taken, *_QUICK[out.suffix], "-f", "image2", str(out)]


def grey(ffmpeg: str, piece: Path, out: Path, *, number: int, look: Look) -> list[str]:
    """Return the command that writes frame `number` of a piece as one byte for each pixel."""
    taken = _numbered(ffmpeg, piece, number, [*look.filters, "format=gray"])
    return [*taken, "-f", "rawvideo", str(out)]


def _numbered(ffmpeg: str, piece: Path, number: int, filters: Sequence[str]) -> list[str]:
    chain = ",".join([f"select=eq(n\\,{number})", *filters])
    return [
        *[*_quiet(ffmpeg), "-threads", "2", *inputs.opened(piece), "-map", "0:v:0", "-vf", chain],
        *["-fps_mode", "passthrough", "-map_metadata", "-1", "-frames:v", "1"],
    ]


def _quiet(ffmpeg: str) -> list[str]:
    return [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]


def _outputs(wanted: Sequence[Wanted], given: str, chain: Sequence[str]) -> list[str]:
    labels = "".join(f"[i{number}]" for number in range(len(wanted)))
    before = ",".join([*(chain or ["null"]), "trim=end_frame=1", f"split={len(wanted)}"])
    graph, outs = [f"{given}{before}{labels}"], []
    for number, one in enumerate(wanted):
        suffix, size = one.path.suffix, (one.width, one.height)
        steps = picture_colors.filters(suffix[1:], size, picture_colors.FINE)
        graph.append(f"[i{number}]{','.join(steps)}[o{number}]")
        outs += ["-map", f"[o{number}]", *_CODERS[suffix], "-frames:v", "1", "-map_metadata", "-1"]
        outs += ["-fps_mode", "passthrough", *_MUXERS[suffix], str(one.path)]
    return ["-filter_complex", ";".join(graph), *outs]


_IMAGE = ("-f", "image2", "-update", "1")
_MUXERS = {".jpg": _IMAGE, ".webp": ("-f", "webp"), ".png": _IMAGE}


def _even(side: int) -> int:
    return max(2, 2 * round(side / 2))
