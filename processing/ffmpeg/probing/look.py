"""Facts about frames that only decoding gives: read from the first frames, if nothing else has
them.

ffprobe looks only at the first seconds of a file. So it does not know the format of frames that
begin later, nor of a single H.264 frame, which waits in the decoder for the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_TOLD = (
    "pix_fmt", "width", "height", "sample_aspect_ratio", "color_range", "color_space",
    "color_primaries", "color_transfer",
)  # fmt: skip
_UNTOLD = (None, "", 0, "unknown", "N/A")

PACKETS = (1, 600)
"""The numbers of packets to decode, tried in turn: one is often enough, but a broadcast shows
nothing before a keyframe."""


def argv(ffprobe: str, opened: Sequence[str], stream: int, packets: int) -> list[str]:
    """Return the command that decodes the first packets of a video stream."""
    shown = ["-v", "error", "-select_streams", str(stream), "-read_intervals", f"%+#{packets}"]
    shown += ["-show_entries", f"frame={','.join(_TOLD)}", "-of", "json=compact=1"]
    return [ffprobe, *shown, *opened]


def completed(stream: Mapping[str, Any], frames: Any) -> dict[str, Any] | None:
    """Return the stream completed from its first frame; None without any frame."""
    for frame in frames if isinstance(frames, list) else []:
        if isinstance(frame, dict) and frame.get("pix_fmt"):
            told = {name: frame.get(name) for name in _TOLD if stream.get(name) in _UNTOLD}
            return {**stream, **told}
    return None
