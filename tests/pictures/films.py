"""Films of every kind of colour and shape, small and of four seconds."""

from __future__ import annotations

from dataclasses import replace

from tests.pictures.colour import Coding
from tests.pictures.patches import Film


def _told(name: str, *more: str) -> list[str]:
    tags = ("-color_primaries", "-color_trc", "-colorspace")
    return [*(word for tag in tags for word in (tag, name)), *more]


def _hevc(transfer: str) -> list[str]:
    told = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    return ["-c:v", "libx265", "-preset", "ultrafast", "-crf", "6", "-x265-params", told]


_BT601 = Coding("smpte170m")
_SD = Film(coding=_BT601, told=_told("smpte170m"))
_HD = Film(size=(1280, 720), told=_told("bt709"))
_PQ = Film(deep=True, coding=Coding("bt2020nc", "pq", True), encoder=_hevc("smpte2084"))
# Strong colours are not as exact in HLG: see `tone`.
_HLG = Film(
    worst=24, deep=True, coding=Coding("bt2020nc", "hlg", True), encoder=_hevc("arib-std-b67")
)
_WIDE = Film(deep=True, coding=Coding("bt2020nc", "sdr", True), encoder=_hevc("bt2020-10"))
_FIELDS = ("-flags", "+ildct+ilme", "-x264-params", "tff=1")
_MJPEG = ("-c:v", "mjpeg", "-q:v", "2", "-strict", "unofficial")

FILMS = {
    "hd": _HD,
    "untagged-hd": replace(_HD, told=()),
    "hd-in-bt601": replace(_HD, coding=_BT601, told=_told("smpte170m")),
    "sd-in-bt601": _SD,
    "sd-in-bt709": Film(told=_told("bt709")),
    "untagged-sd": replace(_SD, told=()),
    "full-range": Film(told=_told("bt709", "-color_range", "pc"), full=True),
    "full-range-bt601-turned-270": replace(
        _SD, told=_told("smpte170m", "-color_range", "pc"), full=True, rotate=270
    ),
    "interlaced-pal-wide": replace(
        _SD, size=(720, 576), sar="64/45", told=[*_told("smpte170m"), *_FIELDS]
    ),
    "narrow-pixels": replace(_SD, size=(480, 240), sar="2/3"),
    "odd-sides": replace(_SD, size=(427, 241), told=(), encoder=_MJPEG, suffix=".mkv"),
    "turned-90-wide-pixels": replace(_SD, rotate=90, sar="4/3"),
    "upside-down": replace(_SD, rotate=180),
    "portrait": replace(_SD, size=(240, 428)),
    "pq": _PQ,
    "pq-turned-90-wide-pixels": replace(_PQ, size=(160, 120), rotate=90, sar="4/3"),
    "hlg": _HLG,
    "hlg-turned-270": replace(_HLG, rotate=270),
    "hlg-hd-upside-down": replace(_HLG, size=(1280, 720), rotate=180),
    "bt2020-sdr": _WIDE,
    "bt2020-sdr-portrait": replace(_WIDE, size=(240, 428)),
}
"""By name. Those whose headers say nothing count as BT.601, or from 720 lines on as BT.709."""
ALWAYS = "pq-turned-90-wide-pixels"
"""The one that ordinary runs of the tests take: it has a little of everything."""
