"""Kinds of renditions."""

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of renditions, in the words of the database rows, of HLS and of DASH."""

    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
