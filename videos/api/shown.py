"""Format numbers the same way in all answers of the API."""

from fractions import Fraction


def frame_rate(rate: Fraction) -> float:
    """Return frames per second, rounded to three decimal places."""
    return round(float(rate), 3)
