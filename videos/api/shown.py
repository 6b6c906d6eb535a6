"""Numbers as the API gives them, one form for each."""

from fractions import Fraction


def frame_rate(rate: Fraction) -> float:
    """Frames a second, to three places."""
    return round(float(rate), 3)
