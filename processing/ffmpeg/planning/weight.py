"""How heavy an encode is, estimated from sizes and codec: processor time and memory.

Measured with FFmpeg 5.1, preset veryfast, every rung of the default profile, drawn clips at 30
frames a second; resident memory in MiB with one and with two threads, and the seconds of
one core that a second of the source takes:

| source | H.264 | HEVC | HEVC 10-bit | AV1 | AV1 10-bit | VP9 | core |
|---|---|---|---|---|---|---|---|
| 360p (2 rungs) | 94, 107 | 95, 106 | 97, 108 | 95, 108 | 98, 113 | 91, 102 | 0.4 |
| 720p (4) | 211, 257 | 213, 256 | 223, 265 | 213, 265 | 225, 283 | 204, 247 | 1.1 |
| 1080p (5) | 384, 477 | 385, 476 | 406, 496 | 384, 495 | 412, 541 | 367, 460 | 2.5 |
| 2160p (7) | 1281, 1648 | 1299, 1646 | 1384, 1724 | 1299, 1710 | 1407, 1884 | | 7.5 to 10 |

Memory does not depend on the rate of frames nor on the length.

A rung of AV1 by SVT-AV1 1.4 alone: bytes for each pixel with one and with two threads, 40 MiB less,
and seconds of one core for a million pixels.

| preset | 360p | 720p | core |
|---|---|---|---|
| 8 | 130, 270 | 150, 210 | 0.14 to 0.24 |
| 12 | 90, 210 | 120, 170 | 0.03 to 0.07 |
"""

from __future__ import annotations

from collections.abc import Sequence

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.grid import grid_rate
from processing.ffmpeg.planning.ladder import Rung

_MEBI = 1024 * 1024
# The program itself with its audio. Each rung keeps frames for x264's lookahead, references and
# threads; a decoder keeps its references.
_PROGRAM_BYTES = 90 * _MEBI
_RUNG_BYTES_A_PIXEL = 60
_RUNG_BYTES_A_PIXEL_AND_THREAD = 30
_SOURCE_BYTES_A_PIXEL = 24
# Presets that look further ahead keep more frames: estimated from their lookahead, not measured.
_LOOKAHEAD = {"fast": 1.2, "medium": 1.3, "slow": 1.5, "slower": 1.9, "veryslow": 2.2}
# AV1: the encoder itself, and then each pixel.
_AV1_BYTES = 40 * _MEBI
_AV1_BYTES_A_PIXEL = 170
_AV1_BYTES_A_PIXEL_AND_THREAD = 70
# Seconds of one core for a million pixels.
_ENCODED = 0.02
# By preset; the values between and below 12 and 8 are estimates.
_AV1_ENCODED = {
    "12": 0.06, "11": 0.08, "10": 0.1, "9": 0.15, "8": 0.2, "7": 0.3, "6": 0.5, "5": 0.8, "4": 1.3,
}  # fmt: skip
_DECODED = {"h264": 0.005, "hevc": 0.008, "vp9": 0.008, "av1": 0.015}
_DECODED_OTHERWISE = 0.005
_DEEP = 1.3
_AUDIO_SECONDS = 0.05
_EIGHT_BITS = 8
_MILLION = 1_000_000


def memory_bytes(
    media: Media, rungs: Sequence[Rung], threads: int, *, preset: str = "veryfast"
) -> int:
    """Return the most bytes that one encode of all rungs keeps in memory, a safe estimate."""
    if media.video is None or not rungs:
        return _PROGRAM_BYTES
    made = _RUNG_BYTES_A_PIXEL + _RUNG_BYTES_A_PIXEL_AND_THREAD * max(1, threads)
    made = round(made * _LOOKAHEAD.get(preset, 1.0))
    deep = 2 if media.video.bit_depth > _EIGHT_BITS else 1
    read = media.video.width * media.video.height * _SOURCE_BYTES_A_PIXEL * deep
    av1 = [rung for rung in rungs if rung.codec == "av1"]
    others = [rung for rung in rungs if rung.codec != "av1"]
    each = _AV1_BYTES_A_PIXEL + _AV1_BYTES_A_PIXEL_AND_THREAD * max(1, threads)
    return (
        _PROGRAM_BYTES + _pixels(others) * made + len(av1) * _AV1_BYTES + _pixels(av1) * each + read
    )


def core_seconds(media: Media, rungs: Sequence[Rung]) -> float:
    """Return the estimated seconds of one core that encoding a second of the source takes."""
    video = media.video
    if video is None:
        return _AUDIO_SECONDS
    decoded = _DECODED.get(video.codec, _DECODED_OTHERWISE) * video.width * video.height
    decoded *= _DEEP if video.bit_depth > _EIGHT_BITS else 1
    others = _pixels([rung for rung in rungs if rung.codec != "av1"])
    encoded = _ENCODED * others + sum(map(_av1, rungs))
    encoded *= float(grid_rate(video.fastest_rate))
    return _AUDIO_SECONDS + (encoded + decoded * float(video.frame_rate)) / _MILLION


def _av1(rung: Rung) -> float:
    """Return the seconds of one core for a million frames of an AV1 rung; 0 for other codecs."""
    a_pixel = _AV1_ENCODED.get(rung.preset, _AV1_ENCODED["4"])
    return a_pixel * rung.width * rung.height if rung.codec == "av1" else 0.0


def _pixels(rungs: Sequence[Rung]) -> int:
    return sum(rung.width * rung.height for rung in rungs)
