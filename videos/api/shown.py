"""Media facts as the API tells them: one form for each, whatever FFmpeg calls it."""

from fractions import Fraction

# What FFmpeg reads by one demuxer it names by all their names.
_FAMILIES = {"mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska"}


def container(name: str) -> str:
    """The container in one word: of a family (MP4, QuickTime, 3GP) that of the family."""
    return _FAMILIES.get(name) or name.partition(",")[0]


def frame_rate(rate: Fraction) -> float:
    """Frames a second, to three places."""
    return round(float(rate), 3)
