"""Reads single values of ffprobe's output, without trusting any."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from processing.ffmpeg import names

_MAX_SECONDS = 1e7
_MAX_TEXT = 200


def whole(value: Any) -> int | None:
    """Return a count, None if it is absent or absurd."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 2**62 else None


def seconds(value: Any, *, negative: bool = False) -> float | None:
    """Return seconds, None if unknown or, unless `negative`, not above 0."""
    try:
        total = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if math.isnan(total) or (total <= 0 and not negative):
        return None
    return max(-_MAX_SECONDS, min(total, _MAX_SECONDS))


def clock(value: Any) -> float | None:
    """Return the seconds of a time like `01:02:03.5`, as in Matroska's tags; None for anything
    else."""
    match = re.fullmatch(r"(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,9})?)", str(value))
    return seconds(int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])) if match else None


def fraction(value: Any, separator: str = "/") -> Fraction | None:
    """Return a ratio above 0 like `30000/1001`, None for anything else."""
    match = re.fullmatch(rf"(\d{{1,19}}){separator}(\d{{1,19}})", str(value))
    if match is None or int(match[2]) == 0 or int(match[1]) == 0:
        return None
    return Fraction(int(match[1]), int(match[2]))


def text(value: Any) -> str:
    """Return a title as one short line without control characters, empty if there is none."""
    return names.shown(str(value or ""))[:_MAX_TEXT].strip()


def language(stream: Any) -> str:
    """Return the language in a stream's tags, `und` if they have none."""
    tags = stream.get("tags")
    told = str(tags.get("language") or "und") if isinstance(tags, dict) else "und"
    return told if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", told) else "und"


def codec(stream: Mapping[str, Any]) -> str:
    """Return FFmpeg's name of a stream's codec, or the file's own name of it."""
    names = (str(stream.get(key) or "") for key in ("codec_name", "codec_tag_string"))
    fit = (name for name in names if re.fullmatch(r"[A-Za-z0-9_-]{2,32}", name))
    return next((name for name in fit if name != "unknown"), "unknown")
