"""The mastering brightness of HDR frames: SMPTE ST 2086 and CTA-861.3, as ffprobe reports them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from processing.ffmpeg.media import Light
from processing.ffmpeg.probing.ffprobe_values import whole

_MAX_NITS = 10_000


def hdr_metadata_of(side_data: Iterable[Any]) -> Light | None:
    """Return the light in the side data of a stream or of its first frame, None if there is
    none."""
    told: dict[str, Any] = {}
    for data in side_data:
        if isinstance(data, Mapping):
            told.update(data)
    light = Light(
        peak=_nits(told.get("max_luminance")),
        black=_nits(told.get("min_luminance")),
        brightest=whole(told.get("max_content")) or None,
        average=whole(told.get("max_average")) or None,
    )
    return light if light != Light() else None


def dolby_profile(side_data: Iterable[Any]) -> int | None:
    """Return the Dolby Vision profile; profile 5 has no picture that other screens can show."""
    found = (whole(data.get("dv_profile")) for data in side_data if isinstance(data, Mapping))
    return next((profile for profile in found if profile is not None), None)


def _nits(value: Any) -> float | None:
    try:
        nits = float(Fraction(str(value)))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return nits if 0 < nits <= _MAX_NITS else None
