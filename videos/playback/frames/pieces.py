"""Bring the bytes of a moment to this machine, and find the frame in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from processing.mp4.box import MalformedBoxes
from processing.mp4.init_segment import read_init, read_runs
from videos.playback.frames.rows import Piece
from videos.storage import MediaStorage

MOST_BYTES = 128 * 1024**2
"""No piece is larger: 10 seconds of a small rung, or a fragment of the largest."""
# Nearly all pieces are smaller, and are read by one request.
_BLOCK = 16 * 1024**2


class PieceTooLarge(Exception):
    """Raised when a piece has more bytes than are read for a picture."""


def write(storage: MediaStorage, pieces: Sequence[Piece], path: Path) -> None:
    """Write an init segment and the fragments of all pieces as one file that can be decoded. Raises
    ``PieceTooLarge``, ``ObjectMissing`` or ``StorageUnavailable``."""
    if sum(piece.size for piece in pieces) > MOST_BYTES:
        raise PieceTooLarge
    with path.open("wb") as out:
        for number, piece in enumerate(pieces):
            if number == 0:
                _copy(storage, piece.key, 0, piece.init_size, out)
            _copy(storage, piece.key, piece.first, piece.size, out)


def _copy(storage: MediaStorage, key: str, first: int, size: int, out: BinaryIO) -> None:
    for begin in range(first, first + size, _BLOCK):
        part = min(_BLOCK, first + size - begin)
        out.write(storage.read_part(key, first=begin, size=part))


def number_of(path: Path, tick: int) -> int:
    """Return which of the frames in a file is shown at a tick, in the order they are shown in: the
    first before it, the last after it. Raises ``MalformedBoxes``."""
    with path.open("rb") as file:
        init = read_init(file)
        moments = []
        for _, _, run in read_runs(file, init):
            decoded = run.start
            for sample in run.samples:
                moments.append(decoded + sample.composition - init.shown_from)
                decoded += sample.duration
    if not moments:
        raise MalformedBoxes("A fragment has no samples.")
    return max(sum(moment <= tick for moment in moments) - 1, 0)
