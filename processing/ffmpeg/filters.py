"""FFmpeg's filter graphs: the right pixels on a constant grid, and sound on the same clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.media import AudioStream, VideoStream

AUDIO_RATE = 48_000
# From this many lines on, untagged pictures are taken for BT.709, as players do.
_HD_LINES = 720
_KEPT_SPACES = ("bt709", "smpte170m", "bt470bg")
_UNKNOWN = ("unknown", "unspecified", "reserved", "")


def label(number: int) -> str:
    """The name of a rung's output in the graph of pictures."""
    return f"rung{number}"


def survives_size_changes(video: VideoStream) -> bool:
    """Whether every filter follows a picture size that changes midway (scale does, turning and
    deinterlacing do not), so that the graph, and its clock, need no restart."""
    return video.rotation == 0 and not video.interlaced


def pictures(
    video: VideoStream, rungs: Sequence[Rung], origin: Fraction, held_to: int | None = None
) -> str:
    """One decode to all rungs: `origin` (seconds) becomes 0, then the constant grid, then each
    rung is scaled from the one above; with `held_to` the last picture stays until there are so
    many. FFmpeg has turned the picture upright before."""
    rate = video.frame_rate
    steps = [_from_zero("setpts", origin)]
    if video.interlaced:
        steps.append("bwdif=mode=send_frame:deint=interlaced")
    steps.append(f"fps=fps={rate.numerator}/{rate.denominator}:start_time=0")
    if held_to is not None:
        steps += ["tpad=stop=-1:stop_mode=clone", f"trim=end_frame={held_to}"]
    chains = []
    for number, rung in enumerate(rungs):
        colors = _color_conversion(video) if number == 0 else ""
        steps += [f"scale={rung.width}:{rung.height}:flags=bicubic{colors}"]
        steps += ["format=yuv420p", "setsar=1"] if number == 0 else ["setsar=1"]
        last = number == len(rungs) - 1
        end = f"[{label(number)}]" if last else f",split=2[{label(number)}][below{number}]"
        start = f"[0:{video.index}]" if number == 0 else f"[below{number - 1}]"
        chains.append(start + ",".join(steps) + end)
        steps = []
    return ";".join(chains)


def sound(stream: AudioStream, origin: Fraction, seconds: Fraction | None) -> str:
    """Stereo at 48 kHz: `origin` becomes 0, gaps and a late start are filled with silence; with
    `seconds` it lasts exactly as long, cut or filled."""
    steps = [
        _from_zero("asetpts", origin),
        f"aresample={AUDIO_RATE}:async=1:first_pts=0",
        "aformat=sample_fmts=fltp:channel_layouts=stereo",
    ]
    if seconds is not None:
        steps += ["apad", f"atrim=end_sample={math.ceil(seconds * AUDIO_RATE)}"]
    return f"[0:{stream.index}]{','.join(steps)}[sound]"


def _from_zero(setter: str, origin: Fraction) -> str:
    # Without `round` the expression is cut down to the tick before.
    return f"{setter}='round(PTS-({origin.numerator}/{origin.denominator})/TB)'"


def color_tags(video: VideoStream) -> dict[str, str]:
    """What the pictures are said to be: the matrix they keep, or BT.709 they are turned into."""
    space = _kept_space(video) or "bt709"
    primaries = {"bt709": "bt709", "smpte170m": "smpte170m", "bt470bg": "bt470bg"}[space]
    transfer = "bt709" if space == "bt709" else "smpte170m"
    return {
        "-colorspace": space,
        "-color_primaries": primaries,
        "-color_trc": transfer,
        "-color_range": "tv",
    }


def _kept_space(video: VideoStream) -> str | None:
    """The matrix a source has (or, untagged, is taken to have), None if it is not kept."""
    if video.hdr or video.pixel_format.startswith(("rgb", "bgr", "gbr", "pal", "argb", "abgr")):
        return None
    if video.color_space in _UNKNOWN:
        return "bt709" if min(video.width, video.height) >= _HD_LINES else "smpte170m"
    return video.color_space if video.color_space in _KEPT_SPACES else None


def _color_conversion(video: VideoStream) -> str:
    matrix = ":out_color_matrix=bt709" if _kept_space(video) is None else ""
    return f"{matrix}:out_range=tv"
