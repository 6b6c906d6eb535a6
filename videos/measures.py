"""Sizes and lengths in words."""

_KILO, _ONE_DECIMAL_BELOW = 1000, 10
_MINUTE, _HOUR = 60, 3600


def size(count: int) -> str:
    """Return a size as 842 kB, 3.4 MB or 12 GB, in powers of 1000, as file managers show it."""
    value, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < _KILO:
            break
        value, unit = value / _KILO, larger
    digits = 1 if unit != "bytes" and value < _ONE_DECIMAL_BELOW else 0
    return f"{value:.{digits}f} {unit}"


def lasting(seconds: float) -> str:
    """Return a length as 40 s, 12 min 5 s or 2 h 30 min."""
    whole = round(seconds)
    hours, minutes, rest = whole // _HOUR, whole % _HOUR // _MINUTE, whole % _MINUTE
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"
