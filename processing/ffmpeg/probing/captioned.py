"""Whether frames carry captions of television (CEA-608, CEA-708) beside their picture.

FFmpeg gives them out only with each frame that it decodes; see `encoding.frame_captions`. In
recordings of broadcasts nearly every frame has them, though they may be empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from processing.ffmpeg.media import VideoStream

_CONTAINERS = ("mpegts", "mpeg", "mxf")
_CODECS = ("mpeg2video", "h264", "hevc")
_PACKETS = 16


def may_be(container: str, video: VideoStream) -> bool:
    """Whether the source is of a kind that broadcasters write."""
    return container in _CONTAINERS and video.codec in _CODECS


def argv(ffprobe: str, opened: Sequence[str], stream: int) -> list[str]:
    """Return the command that shows what stands beside the first frames."""
    shown = ["-v", "error", "-select_streams", str(stream), "-read_intervals", f"%+#{_PACKETS}"]
    shown += ["-show_entries", "frame_side_data=side_data_type", "-of", "json=compact=1"]
    return [ffprobe, *shown, *opened]


def are_in(described: Mapping[str, Any]) -> bool:
    """Return whether one of the frames in ffprobe's answer has captions."""
    frames = described.get("frames") or []
    kinds = (side.get("side_data_type") for one in frames for side in one.get("side_data_list", []))
    return any("Closed Captions" in str(kind) for kind in kinds)
