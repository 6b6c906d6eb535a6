"""What a client accepts, by the headers of its request (RFC 9110, 12.5)."""

import re


def takes_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding header allows gzip (RFC 9110), by name or by the
    asterisk."""
    weights = {}
    for entry in accepted.lower().split(","):
        coding, _, parameter = entry.partition(";")
        weight = re.fullmatch(r"\s*q\s*=(.*)", parameter)
        weights[coding.strip()] = _weight(weight[1]) if weight else 1.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weight(text: str) -> float:
    """Return a quality value; 0 if the text is not a number."""
    try:
        return float(text)
    except ValueError:
        return 0.0
