"""Which build of x264 made a stream.

Builds before 151 wrote 4:4:4 in a way of their own. FFmpeg's decoder follows it if it knows the
build, from a text beside the first frame. A decoder that starts later never sees that text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from processing.ffmpeg.media import VideoStream

_DUMPED = re.compile(r"^[0-9a-f]{8}: ((?:[0-9a-f]{2,4} )+) ", re.MULTILINE)
_BUILD = re.compile(rb"x264 - core (\d{1,6})")
# The text comes before the first slice; no more lines than this are searched.
_LINES = 512


def matters(video: VideoStream) -> bool:
    """Whether frames decode differently if the build is not known."""
    return video.codec == "h264" and ("4:4:4" in video.profile or "444" in video.pixel_format)


def argv(ffprobe: str, opened: Sequence[str], stream: int) -> list[str]:
    """Return the command that shows the bytes of the first packet."""
    shown = ["-v", "error", "-select_streams", str(stream), "-read_intervals", "%+#1"]
    shown += ["-show_data", "-show_entries", "packet=data", "-of", "json=compact=1"]
    return [ffprobe, *shown, *opened]


def build_of(described: Mapping[str, Any]) -> int | None:
    """Return the build in ffprobe's answer, None if the first frame names none."""
    packets = described.get("packets") or [{}]
    lines = "\n".join(str(packets[0].get("data") or "").split("\n")[: _LINES + 1])
    found = _BUILD.search(bytes.fromhex("".join(_DUMPED.findall(lines)).replace(" ", "")))
    return int(found[1]) if found else None
