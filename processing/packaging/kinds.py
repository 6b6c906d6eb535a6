"""Kinds of renditions."""

from enum import StrEnum


class Kind(StrEnum):
    """What a rendition is for: the words are those of the rows, and of HLS and DASH."""

    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
