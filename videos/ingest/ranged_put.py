"""A file in several PUTs with ``Content-Range``, as UpChunk and ``<mux-uploader>`` send it.

``bytes a-b/total`` carries the bytes a to b, ``bytes */total`` asks how far the upload is. What is
there before the last byte is answered with 308 and ``Range: bytes=0-N``. A client that lost the
answer to a chunk sends the chunk again, so bytes that are here already are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"bytes (?:([0-9]{1,15})-([0-9]{1,15})|\*)/([0-9]{1,15}|\*)")


class BadRange(Exception):
    """Raised for a ``Content-Range`` that is not written as it must be, or is no range."""


class SizeDiffers(Exception):
    """Raised when the total is another one than before, or than was announced."""


class Gap(Exception):
    """Raised when bytes between those that are here and those that are sent are missing."""


@dataclass(frozen=True)
class Chunk:
    """What a request carries: ``first`` is its first byte, ``size`` how many there are, none in a
    question; ``total`` is the size of the file, None if the client does not say it."""

    first: int
    size: int
    total: int | None

    @property
    def end(self) -> int:
        """The offset after its last byte."""
        return self.first + self.size

    @property
    def is_last(self) -> bool:
        """Whether it carries the end of the file."""
        return self.end == self.total


def parsed(header: str) -> Chunk:
    """Return what a ``Content-Range`` says. Raises ``BadRange``."""
    found = _FORM.fullmatch(header.strip())
    if found is None:
        raise BadRange
    first, last, total_text = found.groups()
    total = None if total_text == "*" else int(total_text)
    if first is None:
        return Chunk(0, 0, total)
    chunk = Chunk(int(first), int(last) - int(first) + 1, total)
    if chunk.size < 1 or (total is not None and chunk.end > total):
        raise BadRange
    return chunk


def to_pass_over(chunk: Chunk, *, offset: int, size: int | None) -> int:
    """Return how many of a chunk's bytes are here already, of an upload that is at ``offset`` and
    has ``size`` bytes in all if that is known. Raises ``SizeDiffers`` or ``Gap``."""
    if size is not None and not chunk.end <= size == (chunk.total or size):
        raise SizeDiffers
    if chunk.total is not None and chunk.total < offset:
        raise SizeDiffers
    if chunk.size and chunk.first > offset:
        raise Gap
    return min(offset - chunk.first, chunk.size) if chunk.size else 0


def range_of(offset: int) -> dict[str, str]:
    """Return the header that tells what has arrived; there is none before the first byte."""
    return {"Range": f"bytes=0-{offset - 1}"} if offset else {}
