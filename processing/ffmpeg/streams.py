"""Reads the streams of ffprobe's JSON, trusting none of its values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from processing.ffmpeg.media import AudioStream, VideoStream
from processing.ffmpeg.rates import natural_rate

_MAX_SECONDS = 1e7
_MAX_SIDE = 65_536


def whole(value: Any) -> int | None:
    """A count as ffprobe writes it, None when absent or absurd."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 2**62 else None


def seconds(value: Any, *, negative: bool = False) -> float | None:
    """Seconds as ffprobe writes them, None when unknown or, unless `negative`, not above 0."""
    try:
        total = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if math.isnan(total) or (total <= 0 and not negative):
        return None
    return max(-_MAX_SECONDS, min(total, _MAX_SECONDS))


def _fraction(value: Any, separator: str = "/") -> Fraction | None:
    match = re.fullmatch(rf"(\d+){separator}(\d+)", str(value))
    if match is None or int(match[2]) == 0 or int(match[1]) == 0:
        return None
    return Fraction(int(match[1]), int(match[2]))


def is_cover(stream: Mapping[str, Any]) -> bool:
    """Whether a stream is a picture beside the film: cover art or thumbnails."""
    marks = stream.get("disposition") or {}
    return bool(marks.get("attached_pic") or marks.get("timed_thumbnails"))


def shown_video(listed: Sequence[Any]) -> VideoStream | None:
    """The stream a player would show: default before others, then the largest picture."""
    found = [s for s in listed if isinstance(s, dict) and _is_decodable_video(s)]
    if not found:
        return None
    return _video(max(found, key=_prominence))


def _is_decodable_video(stream: Mapping[str, Any]) -> bool:
    # ffprobe tells a pixel format only of what it has a decoder for.
    sides = (whole(stream.get("width")) or 0, whole(stream.get("height")) or 0)
    return (
        stream.get("codec_type") == "video"
        and not is_cover(stream)
        and bool(stream.get("codec_name") and stream.get("pix_fmt"))
        and all(0 < side <= _MAX_SIDE for side in sides)
    )


def _prominence(stream: Mapping[str, Any]) -> tuple[int, int, int]:
    marks = stream.get("disposition") or {}
    return (int(bool(marks.get("default"))), stream["width"] * stream["height"], -stream["index"])


def _video(stream: Mapping[str, Any]) -> VideoStream:
    order = str(stream.get("field_order") or "unknown")
    pixel_format = str(stream["pix_fmt"])
    time_base = _fraction(stream.get("time_base")) or Fraction(1, 90000)
    return VideoStream(
        index=stream["index"],
        codec=str(stream["codec_name"]),
        profile=str(stream.get("profile") or ""),
        width=stream["width"],
        height=stream["height"],
        rotation=_rotation(stream),
        sar=_sar(stream.get("sample_aspect_ratio")),
        frame_rate=natural_rate(
            _fraction(stream.get("r_frame_rate")),
            _fraction(stream.get("avg_frame_rate")),
            fields=order in ("tt", "bb", "tb", "bt"),
        ),
        time_base=time_base,
        start_pts=whole(stream.get("start_pts")) or 0,
        duration=seconds(stream.get("duration")),
        frames=whole(stream.get("nb_frames")),
        bitrate=whole(stream.get("bit_rate")),
        pixel_format=pixel_format,
        bit_depth=_bit_depth(stream, pixel_format),
        color_primaries=str(stream.get("color_primaries") or "unknown"),
        color_transfer=str(stream.get("color_transfer") or "unknown"),
        color_space=str(stream.get("color_space") or "unknown"),
        color_range=str(stream.get("color_range") or "unknown"),
        field_order=order,
    )


def _rotation(stream: Mapping[str, Any]) -> int:
    """Clockwise degrees; ffprobe counts the other way, and garbage matrices give no quarter."""
    for data in stream.get("side_data_list") or []:
        turned = whole(data.get("rotation")) if isinstance(data, dict) else None
        if turned is not None and abs(turned) <= 360 and turned % 90 == 0:
            return -turned % 360
    return 0


def _sar(value: Any) -> Fraction:
    sar = _fraction(value, ":") or Fraction(1)
    return sar if Fraction(1, 8) <= sar <= 8 else Fraction(1)


def _bit_depth(stream: Mapping[str, Any], pixel_format: str) -> int:
    named = re.search(r"(?:p|gray|x2rgb)(9|10|12|14|16)(?:le|be)?$", pixel_format)
    return int(named[1]) if named else whole(stream.get("bits_per_raw_sample")) or 8


def heard_audio(listed: Sequence[Any]) -> tuple[AudioStream, ...]:
    """The streams that can be heard, in the file's order."""
    return tuple(_audio(s) for s in listed if isinstance(s, dict) and _is_decodable_audio(s))


def _is_decodable_audio(stream: Mapping[str, Any]) -> bool:
    return (
        stream.get("codec_type") == "audio"
        and bool(stream.get("codec_name"))
        and 0 < (whole(stream.get("sample_rate")) or 0) <= 1_000_000
        and (whole(stream.get("channels")) or 0) > 0
    )


def _audio(stream: Mapping[str, Any]) -> AudioStream:
    time_base = _fraction(stream.get("time_base")) or Fraction(1, 90000)
    language = str((stream.get("tags") or {}).get("language") or "und")
    return AudioStream(
        index=stream["index"],
        codec=str(stream["codec_name"]),
        channels=int(stream["channels"]),
        sample_rate=int(stream["sample_rate"]),
        language=language
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", language)
        else "und",
        time_base=time_base,
        start_pts=whole(stream.get("start_pts")) or 0,
        duration=seconds(stream.get("duration")),
        bitrate=whole(stream.get("bit_rate")),
    )


def extent_of(packets: bytes, picture: float) -> tuple[float | None, int]:
    """The second at which the last of ffprobe's `pts_time,duration_time` lines ends, each lasting
    at least one `picture`, None when none has a time; and how many lines there are."""
    end: float | None = None
    count = 0
    for line in packets.splitlines():
        pts, _, length = line.decode("ascii", "replace").partition(",")
        start = seconds(pts, negative=True)
        count += 1
        if start is not None:
            ending = start + max(seconds(length.strip(",")) or 0.0, picture)
            end = ending if end is None else max(end, ending)
    return end, count
