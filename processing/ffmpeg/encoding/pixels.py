"""The right pixels: whatever a source's frames are, square progressive SDR comes out.

FFmpeg turns frames upright itself, before any of these steps.
"""

from __future__ import annotations

import re

from processing.ffmpeg.encoding import tone
from processing.ffmpeg.media import VideoStream

# From this many lines on, untagged frames are taken for BT.709, as players do.
_HD_LINES = 720
_KEPT_SPACES = ("bt709", "smpte170m", "bt470bg")
_UNKNOWN = ("unknown", "unspecified", "reserved", "")
# Each frame of these tells by itself whether it is interlaced; what a header says of all of them
# is true of the first, or not told.
_HAVE_FIELDS = (
    "h264", "mpeg2video", "vc1", "wmv3", "mpeg4", "dvvideo", "mjpeg", "prores", "dnxhd", "ffv1",
    "rawvideo", "v210", "huffyuv", "ffvhuff", "utvideo", "jpeg2000", "cfhd",
)  # fmt: skip
_RGB = re.compile(r"rgb|bgr|gbr|pal8|bayer|xyz")
_ALPHA = re.compile(r"yuva|ya8|ya16|rgba|bgra|argb|abgr|gbrap|pal8")
# Shapes further apart than this are not the same frame rounded to even sides.
_SAME_SHAPE = 0.03
# What the filters of fields need, and two fields have.
_LEAST_LINES = 4


def before_grid(video: VideoStream) -> list[str]:
    """Filter steps that must see every frame of the source, before any is dropped or doubled.
    Of these frames only those that say they are interlaced are changed: the others are handed
    on."""
    if not _may_have_fields(video):
        return _told_aspect(video)
    # What is told apart by its neighbours must be as large as they are; a changed shape shows in
    # the aspect of its pixels then.
    width, height = _turned(video, video.width, video.height)
    alike = f"scale={width}:{height}:interl=-1"
    return [*_told_aspect(video), alike, "bwdif=mode=send_frame:deint=interlaced"]


def alone(video: VideoStream) -> list[str]:
    """As `before_grid`, for frames whose neighbours are not decoded: each from its own fields."""
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
    """FFmpeg has turned the frame before."""
    return (down, across) if video.rotation in (90, 270) else (across, down)


def steps(video: VideoStream, width: int, height: int) -> list[str]:
    """Filter steps from decoded upright frames to square progressive SDR in 8-bit 4:2:0 of that
    size (pixels, even), tagged as `color_tags` says. What is transparent becomes black; frames
    of another shape midway are fitted in."""
    return [
        *_over_black(video),
        *_fitted(video, width, height),
        *_in_sdr(video),
        "format=yuv420p",
        "setsar=1",
        _tagged(video),
    ]


def color_tags(video: VideoStream) -> dict[str, str]:
    """What the frames are said to be: the matrix they keep, or BT.709 they are turned into."""
    space = _kept_space(video) or "bt709"
    transfer = "bt709" if space == "bt709" else "smpte170m"
    return {
        "-colorspace": space,
        "-color_primaries": space,
        "-color_trc": transfer,
        "-color_range": "tv",
    }


def needs_zscale(video: VideoStream) -> bool:
    """Whether its light must be converted, which FFmpeg can only do if it was built with zimg."""
    return video.hdr or tone.is_wide(video)


def _over_black(video: VideoStream) -> list[str]:
    if not _ALPHA.search(video.pixel_format):
        return []
    planar = [] if video.pixel_format.startswith("yuva") else ["format=gbrap"]
    return [*planar, "premultiply=inplace=1"]


def _fitted(video: VideoStream, width: int, height: int) -> list[str]:
    """To the size, whatever size and shape each frame comes in. Scaled before its light is
    converted, which costs more for each pixel."""
    shape = f"iw/ih*if(between(sar,1/8,8),sar,1)/({video.display_width}/{video.display_height})"
    same = f"lt(abs(log({shape})),{_SAME_SHAPE})"
    across = f"if({same},{width},min({width},max(2,2*round({width}*{shape}/2))))"
    down = f"if({same},{height},min({height},max(2,2*round({height}/({shape})/2))))"
    # Without a conversion frames of the right size are handed on as they are.
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
    # Otherwise the encoder may copy what the light was into the stream.
    return [*tone.steps(video, source), "sidedata=mode=delete"]


def _tagged(video: VideoStream) -> str:
    tags = color_tags(video)
    names = ("-color_primaries", "-color_trc", "-colorspace")
    told = ":".join(f"{name[1:]}={tags[name]}" for name in names)
    return f"setparams=range=tv:{told}"


def _kept_space(video: VideoStream) -> str | None:
    """The matrix a source has (or, untagged, is taken to have), None if it is not kept."""
    if needs_zscale(video) or _RGB.search(video.pixel_format):
        return None
    if video.color_space in _UNKNOWN:
        return "bt709" if min(video.width, video.height) >= _HD_LINES else "smpte170m"
    return video.color_space if video.color_space in _KEPT_SPACES else None
