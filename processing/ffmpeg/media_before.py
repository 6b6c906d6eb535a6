"""Facts about a source in the form of the release before this one, which reads no other."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from processing.ffmpeg.media import Media

_VIDEO = frozenset(
    (
        *("index", "codec", "profile", "width", "height", "rotation", "sar", "frame_rate"),
        *("time_base", "start_pts", "duration", "frames", "bitrate", "pixel_format", "bit_depth"),
        *("color_primaries", "color_transfer", "color_space", "color_range", "field_order"),
        *("mirrored", "track", "edited", "light", "dolby_vision", "constant_rate", "longest_gop"),
        "closed_gops",
    )
)
_AUDIO = frozenset(
    (
        *("index", "codec", "channels", "sample_rate", "language", "time_base", "start_pts"),
        *("duration", "bitrate", "layout", "profile", "title", "default", "track"),
        *("first_packet_pts", "packets"),
    )
)
_OTHER = frozenset(("index", "kind", "codec"))
_WHOLE = frozenset(("container", "duration", "size", "bitrate", "start", "subtitles", "chapters"))


def as_before(media: Media) -> dict[str, Any]:
    """Return a dictionary that `json` can write, with only the members that the release before
    knows."""
    told = media.to_json()
    return {
        **_only(_WHOLE, told),
        "video": _only(_VIDEO, told["video"]) if told["video"] else None,
        "audio": [_only(_AUDIO, stream) for stream in told["audio"]],
        "others": [_only(_OTHER, stream) for stream in told["others"]],
    }


def _only(names: Collection[str], told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in names}
