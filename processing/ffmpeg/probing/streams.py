"""Reads the streams in ffprobe's JSON, without trusting any value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from processing.ffmpeg import inputs
from processing.ffmpeg.media import AudioStream, VideoStream
from processing.ffmpeg.probing import film, hdr_metadata, orientation
from processing.ffmpeg.probing.ffprobe_values import fraction, language, seconds, text, whole
from processing.ffmpeg.probing.rates import natural_rate

UNOPENED = "unopened"
"""The key that marks, in ffprobe's description, a stream whose decoder does not open."""
_MAX_SIDE = 65_536
_ASIDE = ("comment", "visual_impaired", "hearing_impaired")


def is_decodable_video(stream: Any) -> bool:
    """Whether a stream holds frames that can be shown."""
    # ffprobe gives a pixel format only for streams it has a decoder for.
    if not film.is_video(stream):
        return False
    sides = (whole(stream.get("width")) or 0, whole(stream.get("height")) or 0)
    return (
        bool(stream.get("pix_fmt"))
        and not stream.get(UNOPENED)
        and all(0 < side <= _MAX_SIDE for side in sides)
    )


def video(stream: Mapping[str, Any]) -> VideoStream:
    """Return a video stream from ffprobe's description."""
    order = str(stream.get("field_order") or "unknown")
    pixel_format = str(stream["pix_fmt"])
    time_base = fraction(stream.get("time_base")) or Fraction(1, 90000)
    rotation, mirrored = orientation.detect_orientation(stream)
    side_data = stream.get("side_data_list") or []
    alpha = pixel_format == "yuv420p" and _has_alpha_beside(stream)
    return VideoStream(
        index=stream["index"],
        codec=str(stream["codec_name"]),
        profile=str(stream.get("profile") or ""),
        width=stream["width"],
        height=stream["height"],
        rotation=rotation,
        sar=_sar(stream.get("sample_aspect_ratio")),
        frame_rate=natural_rate(
            fraction(stream.get("r_frame_rate")),
            fraction(stream.get("avg_frame_rate")),
            fields=order in ("tt", "bb", "tb", "bt"),
        ),
        time_base=time_base,
        start_pts=whole(stream.get("start_pts")) or 0,
        duration=seconds(stream.get("duration")),
        frames=whole(stream.get("nb_frames")),
        bitrate=whole(stream.get("bit_rate")),
        pixel_format="yuva420p" if alpha else pixel_format,
        bit_depth=_bit_depth(stream, pixel_format),
        color_primaries=str(stream.get("color_primaries") or "unknown"),
        color_transfer=str(stream.get("color_transfer") or "unknown"),
        color_space=str(stream.get("color_space") or "unknown"),
        color_range=str(stream.get("color_range") or "unknown"),
        field_order=order,
        mirrored=mirrored,
        track=_track(stream.get("id")),
        light=hdr_metadata.hdr_metadata_of(side_data),
        dolby_vision=hdr_metadata.dolby_profile(side_data),
        alpha_beside=alpha,
        askew=not orientation.is_followed(stream),
        aspect_told=_unbelieved(stream.get("sample_aspect_ratio")),
    )


def _has_alpha_beside(stream: Mapping[str, Any]) -> bool:
    """Whether Matroska stores a second frame with each one, which says how transparent it is."""
    tags = stream.get("tags")
    told = {str(name).lower(): tags[name] for name in tags} if isinstance(tags, dict) else {}
    return stream["codec_name"] in ("vp8", "vp9") and str(told.get("alpha_mode")) == "1"


def _sar(value: Any) -> Fraction:
    sar = fraction(value, ":") or Fraction(1)
    return sar if is_sane(sar) else Fraction(1)


def _unbelieved(value: Any) -> str:
    sar = fraction(value, ":")
    return "" if sar is None or is_sane(sar) else f"{sar.numerator}:{sar.denominator}"


def is_sane(sar: Fraction) -> bool:
    """Whether this is a plausible aspect of a pixel."""
    return Fraction(1, 8) <= sar <= 8


def _bit_depth(stream: Mapping[str, Any], pixel_format: str) -> int:
    named = re.search(r"(?:p|gray|x2rgb)(9|10|12|14|16)(?:le|be)?$", pixel_format)
    return int(named[1]) if named else whole(stream.get("bits_per_raw_sample")) or 8


def heard_audio(listed: Sequence[Any]) -> tuple[AudioStream, ...]:
    """Return the streams that can be heard, in the file's order."""
    return tuple(_audio(s) for s in listed if isinstance(s, dict) and _is_decodable_audio(s))


def _is_decodable_audio(stream: Mapping[str, Any]) -> bool:
    return (
        stream.get("codec_type") == "audio"
        and stream.get("codec_name") in inputs.CODECS
        and not stream.get(UNOPENED)
        and 0 < (whole(stream.get("sample_rate")) or 0) <= 1_000_000
        and (whole(stream.get("channels")) or 0) > 0
    )


def _audio(stream: Mapping[str, Any]) -> AudioStream:
    time_base = fraction(stream.get("time_base")) or Fraction(1, 90000)
    tags, marks = stream.get("tags") or {}, stream.get("disposition") or {}
    return AudioStream(
        index=stream["index"],
        codec=str(stream["codec_name"]),
        channels=int(stream["channels"]),
        sample_rate=int(stream["sample_rate"]),
        language=language(stream),
        time_base=time_base,
        start_pts=whole(stream.get("start_pts")) or 0,
        duration=seconds(stream.get("duration")),
        bitrate=whole(stream.get("bit_rate")),
        layout=_layout(stream.get("channel_layout")),
        profile=str(stream.get("profile") or ""),
        title=text(tags.get("title")),
        default=bool(marks.get("default")),
        track=_track(stream.get("id")),
        aside=any(marks.get(mark) for mark in _ASIDE),
    )


def _layout(value: Any) -> str:
    single = re.fullmatch(r"1 channels? \(([A-Z]{2,3})\)", str(value or ""))
    if single:
        return single[1]
    return str(value) if re.fullmatch(r"[A-Za-z0-9.()]{1,32}", str(value or "")) else ""


def _track(value: Any) -> int | None:
    """Return the id in the container, which ffprobe writes as hexadecimal."""
    match = re.fullmatch(r"0x([0-9a-f]{1,8})", str(value))
    return int(match[1], 16) if match else None
