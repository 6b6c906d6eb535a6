"""Light: from HDR (PQ, HLG) and wide gamuts to what an SDR screen shows in BT.709.

Light is measured in SDR whites: 1 is the 203 cd/m² HDR gives to diffuse white (ITU-R BT.2408). Up
to half of that, the range of grey cards and skin, light stays unchanged. Brighter light is bent so
that the brightest becomes 1. Red, green and blue are bent separately, so glaring colours pale, as
on film. This is twice as fast as FFmpeg's `tonemap` and needs no floating-point frame.
"""

from __future__ import annotations

from processing.ffmpeg.media import VideoStream

WHITE_NITS = 203
KNEE = 0.5
# The brightest HLG shows on its nominal screen. PQ without metadata is taken for a film graded on
# the brightest screens in use: a lower peak would cut highlights off.
HLG_PEAK_NITS = 1000
_UNTOLD_PEAK_NITS = 4000
_LOWEST_PEAK_NITS = 400
_HIGHEST_PEAK_NITS = 10_000
_HLG_GAMMA = 1.2  # of a screen with that peak, ITU-R BT.2100
_GAMMA = 2.4  # of an SDR screen, ITU-R BT.1886

_WIDE = ("bt2020", "smpte431", "smpte432")
_PRIMARIES = ("bt709", "bt470bg", "smpte170m", *_WIDE)
_MATRICES = ("bt709", "bt470bg", "smpte170m", "bt2020nc", "bt2020c", "gbr")
_CODES = 4095  # of the 12 bits the curve works on


def is_wide(video: VideoStream) -> bool:
    """Whether its colours reach beyond BT.709 (BT.2020, DCI-P3), in SDR or HDR."""
    if video.color_primaries in _PRIMARIES:
        return video.color_primaries in _WIDE
    return video.color_space.startswith("bt2020")


def steps(video: VideoStream, matrix: str) -> list[str]:
    """Return the filter steps to SDR in BT.709, limited range; `matrix` is FFmpeg's name of the
    matrix of the input frames."""
    primaries = video.color_primaries if video.color_primaries in _PRIMARIES else "bt2020"
    matrix = matrix if matrix in _MATRICES else "bt2020nc"
    full = "full" if matrix == "gbr" or video.color_range == "pc" else "limited"
    came = f"zscale=filter=bicubic:pin={primaries}:min={matrix}:rin={full}"
    done = "t=bt709:p=bt709:m=bt709:r=limited:dither=ordered"
    if not video.hdr:
        return [f"{came}:tin=bt709:{done}"]
    peak = peak_nits(video)
    bent = "'" + _curve(peak / WHITE_NITS) + "'"
    return [
        *_paler(video, matrix),
        f"{came}:tin={video.color_transfer}:t=bt709:p=bt709:m=gbr:r=full:npl={peak}",
        "format=gbrp12",
        f"lutrgb=r={bent}:g={bent}:b={bent}",
        f"zscale=filter=bicubic:tin=bt709:pin=bt709:min=gbr:rin=full:{done}",
    ]


def _paler(video: VideoStream, matrix: str) -> list[str]:
    """Return the step that makes HLG paler before zscale.

    zscale applies an HLG screen's gamma to red, green and blue separately; the standard applies it
    to their luminance (zscale's own exact way is ten times slower). For colours not far from grey,
    the colours must be paler by as much as the gamma is above 1.
    """
    if video.color_transfer != "arib-std-b67" or matrix == "gbr":
        return []
    paler = f"'round((val-(minval+maxval)/2)/{_HLG_GAMMA}+(minval+maxval)/2)'"
    return [f"lutyuv=y=val:u={paler}:v={paler}"]


def peak_nits(video: VideoStream) -> int:
    """Return the brightest light that the source is assumed to have, in cd/m²."""
    if video.color_transfer == "arib-std-b67":
        return HLG_PEAK_NITS
    told = video.light and (video.light.brightest or video.light.peak)
    return round(max(_LOWEST_PEAK_NITS, min(told or _UNTOLD_PEAK_NITS, _HIGHEST_PEAK_NITS)))


def _curve(peak: float) -> str:
    """Return the expression for the new code of each `val`, whose light was divided by `peak`. It
    is Möbius' function, which has a slope of 1 at the knee and is 1 at the peak. The terms are
    those of FFmpeg's `tonemap=mobius`."""
    a = -(KNEE**2) * (peak - 1) / (KNEE**2 - 2 * KNEE + peak)
    b = (KNEE**2 - 2 * KNEE * peak + peak) / (peak - 1)
    factor = (b * b + 2 * b * KNEE + KNEE * KNEE) / (b - a)
    light = f"st(0,pow(val/{_CODES},{_GAMMA})*{peak:.6f})"
    bent = f"{factor:.6f}*(ld(0)+{a:.6f})/(ld(0)+{b:.6f})"
    return f"{_CODES}*pow(if(lt({light},{KNEE}),ld(0),{bent}),1/{_GAMMA})"
