"""Addresses of segments: byte ranges of one object, or addresses of their own if the server maps
those to ranges.

Players based on FFmpeg lose bytes between two ranges of one address, and cannot seek among them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SUFFIX = ".mp4"
# Each number has only one spelling, so that no part has two addresses.
_NUMBER = r"0|[1-9]\d{0,14}"
_PART = re.compile(rf"(.*[^/])/({_NUMBER})-({_NUMBER}){re.escape(_SUFFIX)}", re.ASCII)


class Address(NamedTuple):
    """The address of an object; `mapped` says that its parts have addresses of their own."""

    uri: str
    mapped: bool = False


class Part(NamedTuple):
    """Bytes `first` to `last` of the object at the address `uri`."""

    uri: str
    first: int
    last: int

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.last + 1 - self.first


def of_part(uri: str, offset: int, size: int) -> str:
    """Return the address of some bytes of an object: for `720p/00003.mp4` it is
    `720p/00003/800-5799.mp4`."""
    return f"{uri.removesuffix(_SUFFIX)}/{offset}-{offset + size - 1}{_SUFFIX}"


def part_of(address: str) -> Part | None:
    """Return the part of an object that an address names, or None for any other address; the
    inverse of `of_part`."""
    found = _PART.fullmatch(address)
    if found is None:
        return None
    part = Part(found[1] + _SUFFIX, int(found[2]), int(found[3]))
    return part if part.size > 0 else None
