"""How a frame is turned to be upright, from the display matrix that ffprobe prints."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

# A matrix this close (degrees) to a quarter turn counts as one, as in players.
_TOLERANCE = 1.0


def detect_orientation(stream: Mapping[str, Any]) -> tuple[int, bool]:
    """Return the degrees clockwise (0, 90, 180, 270), and whether the turned frame is then flipped
    left to right. Any other matrix (45 degrees, sheared, all zero) leaves the frame as it is."""
    return _told(stream) or (0, False)


def is_followed(stream: Mapping[str, Any]) -> bool:
    """Whether the turn of a stream, if it has one, is of a kind that is followed."""
    return _told(stream) is not None


def _told(stream: Mapping[str, Any]) -> tuple[int, bool] | None:
    for data in stream.get("side_data_list") or []:
        if isinstance(data, dict) and ("displaymatrix" in data or "rotation" in data):
            matrix = _numbers(data.get("displaymatrix"))
            return _from_matrix(*matrix) if matrix else _from_angle(data.get("rotation"))
    return 0, False


def _numbers(printed: Any) -> tuple[float, float, float, float] | None:
    """Return a, b, c, d of the printed matrix: x becomes ax + cy, y becomes bx + dy."""
    rows = re.findall(r"^0000000\d:\s+(-?\d+)\s+(-?\d+)\s+-?\d+$", str(printed), re.MULTILINE)
    if len(rows) != 3:
        return None
    (a, b), (c, d) = ((float(x), float(y)) for x, y in rows[:2])
    return a, b, c, d


def _from_matrix(a: float, b: float, c: float, d: float) -> tuple[int, bool] | None:
    mirrored = a * d - b * c < 0
    # Each column gives the angle by itself; in a matrix that is no turn they disagree.
    columns = (b, d), ((c, -a) if mirrored else (-c, a))
    turns = [math.degrees(math.atan2(*column)) for column in columns]
    quarters = [round(turn / 90) for turn in turns]
    near = all(abs(turn - 90 * round(turn / 90)) < _TOLERANCE for turn in turns)
    if not near or a * d == b * c or (quarters[0] - quarters[1]) % 4:
        return None
    return quarters[0] * 90 % 360, mirrored


def _from_angle(value: Any) -> tuple[int, bool] | None:
    """Return the turn for a rotation without a matrix, which ffprobe counts the other way."""
    try:
        turned = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return (-turned % 360, False) if abs(turned) <= 360 and turned % 90 == 0 else None
