"""Filter steps for the pixels: from any source's frames to square progressive SDR.

FFmpeg has already turned frames upright before any of these steps.
"""

from __future__ import annotations

import re

from processing.ffmpeg.encoding import tone
from processing.ffmpeg.media import VideoStream

# From this many lines on, untagged frames are read as BT.709, as players do.
_HD_LINES = 720
_KEPT_SPACES = ("bt709", "smpte170m", "bt470bg")
_UNKNOWN = ("unknown", "unspecified", "reserved", "")
# Each frame of these codecs says itself whether it is interlaced. The header's word for all frames
# holds only for the first one, or is missing.
_HAVE_FIELDS = (
    "h264", "mpeg2video", "vc1", "wmv3", "mpeg4", "dvvideo", "mjpeg", "prores", "dnxhd", "ffv1",
    "rawvideo", "v210", "huffyuv", "ffvhuff", "utvideo", "jpeg2000", "cfhd",
)  # fmt: skip
_RGB = re.compile(r"rgb|bgr|gbr|pal8|bayer|xyz")
_ALPHA = re.compile(r"yuva|ya8|ya16|rgba|bgra|argb|abgr|gbrap|pal8")
# Shapes that differ by more than this are not one frame rounded to even sides.
_SAME_SHAPE = 0.03
# The field filters need this many lines; two fields have them.
_LEAST_LINES = 4


def before_grid(video: VideoStream) -> list[str]:
    """Return the filter steps that must see every frame of the source, before any is dropped or
    doubled. They change only frames that say they are interlaced, and pass the others on."""
    if not _may_have_fields(video):
        return _told_aspect(video)
    # Deinterlacing compares neighbouring frames, so all must have one size; a changed shape then
    # shows in the aspect of the pixels.
    width, height = _turned(video, video.width, video.height)
    alike = f"scale={width}:{height}:interl=-1"
    return [*_told_aspect(video), alike, "bwdif=mode=send_frame:deint=interlaced"]


def alone(video: VideoStream) -> list[str]:
    """Return the steps of `before_grid` for frames whose neighbours are not decoded: each frame is
    made from its own fields."""
    fields = ["estdif=mode=frame:deint=interlaced"] if _may_have_fields(video) else []
    return [*_told_aspect(video), *fields]


def _may_have_fields(video: VideoStream) -> bool:
    if min(video.width, video.height) < _LEAST_LINES:
        return False
    coded = video.codec in _HAVE_FIELDS and not _RGB.search(video.pixel_format)
    return video.interlaced or coded


def _told_aspect(video: VideoStream) -> list[str]:
    if not video.sar_repaired:
        return []
    across, down = _turned(video, video.sar.numerator, video.sar.denominator)
    return [f"setsar={across}/{down}"]


def _turned(video: VideoStream, across: int, down: int) -> tuple[int, int]:
    """Return both values in upright order: FFmpeg has already turned the frame."""
    return (down, across) if video.rotation in (90, 270) else (across, down)


def steps(video: VideoStream, width: int, height: int) -> list[str]:
    """Return the filter steps from decoded upright frames to square progressive SDR in 8-bit 4:2:0
    of that size (pixels, even), tagged with `color_tags`. Transparent parts become black; frames
    whose shape changes midway are fitted in."""
    return [
        *_over_black(video),
        *_fitted(video, width, height),
        *_in_sdr(video),
        "format=yuv420p",
        "setsar=1",
        _tagged(video),
    ]


def color_tags(video: VideoStream) -> dict[str, str]:
    """Return the colour tags of the frames: the matrix they keep, or BT.709 if they are
    converted."""
    space = _kept_space(video) or "bt709"
    transfer = "bt709" if space == "bt709" else "smpte170m"
    return {
        "-colorspace": space,
        "-color_primaries": space,
        "-color_trc": transfer,
        "-color_range": "tv",
    }


def assumed_tags(video: VideoStream) -> list[str]:
    """Return the options that tell which colours an untagged source is taken to have, so that no
    player and no picture takes others; none if it is tagged."""
    if video.color_space not in _UNKNOWN:
        return []
    return [word for option in color_tags(video).items() for word in option]


def needs_zscale(video: VideoStream) -> bool:
    """Whether the light must be converted, which FFmpeg can only do if it was built with zimg."""
    return video.hdr or tone.is_wide(video)


def _over_black(video: VideoStream) -> list[str]:
    if not _ALPHA.search(video.pixel_format):
        return []
    planar = [] if video.pixel_format.startswith("yuva") else ["format=gbrap"]
    return [*planar, "premultiply=inplace=1"]


def _fitted(video: VideoStream, width: int, height: int) -> list[str]:
    """Return the steps that fit each frame into the size, whatever its own size and shape. Scaling
    comes before the conversion of light, which costs more for each pixel."""
    shape = f"iw/ih*if(between(sar,1/8,8),sar,1)/({video.display_width}/{video.display_height})"
    same = f"lt(abs(log({shape})),{_SAME_SHAPE})"
    across = f"if({same},{width},min({width},max(2,2*round({width}*{shape}/2))))"
    down = f"if({same},{height},min({height},max(2,2*round({height}/({shape})/2))))"
    # Without a conversion, frames of the right size are passed on unchanged.
    how = "" if _is_as_wanted(video, width, height) else _conversion(video)
    return [
        f"scale=w='{across}':h='{down}':eval=frame:flags={_flags(video)}{how}",
        f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:eval=frame",
    ]


def _is_as_wanted(video: VideoStream, width: int, height: int) -> bool:
    return (
        (video.display_width, video.display_height) == (width, height)
        and video.sar == 1
        and video.pixel_format == "yuv420p"
        and video.color_range in ("tv", *_UNKNOWN)
        and _kept_space(video) is not None
    )


def _flags(video: VideoStream) -> str:
    return "bicubic+full_chroma_inp+accurate_rnd" if _RGB.search(video.pixel_format) else "bicubic"


def _conversion(video: VideoStream) -> str:
    if needs_zscale(video):
        return ""
    matrix = ":out_color_matrix=bt709" if _kept_space(video) is None else ""
    return f"{matrix}:out_range=tv"


def _in_sdr(video: VideoStream) -> list[str]:
    if not needs_zscale(video):
        return []
    source = "gbr" if _RGB.search(video.pixel_format) else video.color_space
    # Otherwise the encoder may copy the source's light metadata into the stream.
    return [*tone.steps(video, source), "sidedata=mode=delete"]


def _tagged(video: VideoStream) -> str:
    tags = color_tags(video)
    names = ("-color_primaries", "-color_trc", "-colorspace")
    told = ":".join(f"{name[1:]}={tags[name]}" for name in names)
    return f"setparams=range=tv:{told}"


def _kept_space(video: VideoStream) -> str | None:
    """Return the matrix of a source, or the assumed one if it is untagged; None if it is not
    kept."""
    if needs_zscale(video) or _RGB.search(video.pixel_format):
        return None
    if video.color_space in _UNKNOWN:
        return "bt709" if min(video.width, video.height) >= _HD_LINES else "smpte170m"
    return video.color_space if video.color_space in _KEPT_SPACES else None
