"""The right pixels: whatever a source's pictures are, upright square progressive SDR comes out.

FFmpeg turns pictures upright itself, before any of these steps.
"""

from __future__ import annotations

from processing.ffmpeg.media import VideoStream

# From this many lines on, untagged pictures are taken for BT.709, as players do.
_HD_LINES = 720
_KEPT_SPACES = ("bt709", "smpte170m", "bt470bg")
_UNKNOWN = ("unknown", "unspecified", "reserved", "")


def before_grid(video: VideoStream) -> list[str]:
    """Filter steps that must see every picture of the source, before any is dropped or doubled."""
    return ["bwdif=mode=send_frame:deint=interlaced"] if video.interlaced else []


def steps(video: VideoStream, width: int, height: int) -> list[str]:
    """Filter steps from decoded pictures to square progressive SDR in 8-bit 4:2:0 of that size
    (pixels, even), tagged as `color_tags` says."""
    matrix = ":out_color_matrix=bt709" if _kept_space(video) is None else ""
    scale = f"scale={width}:{height}:flags=bicubic{matrix}:out_range=tv"
    return [scale, "format=yuv420p", "setsar=1"]


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
