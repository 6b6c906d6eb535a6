"""Joins the chunks of some renditions into one MP4 to download, without encoding anything.

The sample tables of all fragments become one moov box before the media, so that playback starts
during the download. The media are copied behind it, with audio and frames interleaved.

Only those tables are held in memory: some ten bytes for a frame, whatever its size.
"""

from __future__ import annotations

import heapq
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from processing.ffmpeg.errors import Interrupted
from processing.mp4 import moov
from processing.mp4.box import box
from processing.mp4.chapters import Chapter, ChapterTrack
from processing.mp4.init_segment import read_init, read_runs
from processing.mp4.moov import SampleTables
from processing.packaging.track import MalformedTrack, made_by_us

_COPIED_AT_ONCE = 1024 * 1024
_FTYP = box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isomiso2avc1mp41")
_MDAT_HEADER = 16


def never() -> str | None:
    """Return None: the `should_stop` of work that nobody stops."""
    return None


@dataclass(frozen=True, order=True)
class _Piece:
    """Samples in a row: the second at which they start, their track, and where their bytes are."""

    at: float
    track: int
    path: Path
    offset: int
    size: int


def progressive(
    tracks: Sequence[Sequence[Path]],
    out: Path,
    *,
    chapters: Sequence[Chapter] = (),
    should_stop: Callable[[], str | None] = never,
) -> None:
    """Write the MP4 of `tracks`, each a list of its chunk files in order, with the `chapters` by
    their starts. Frames come first, then the audio that plays by default, then other audio tracks.

    A failure leaves no file at `out`. Raises `MalformedTrack` for chunks that do not follow each
    other from 0 on, `Interrupted` if a stop is requested, `OSError` for a full disk.
    """
    with made_by_us():
        read = [_read(number, paths, should_stop) for number, paths in enumerate(tracks)]
    pieces = list(heapq.merge(*(found for _, found in read)))
    try:
        with made_by_us(), out.open("wb") as file:
            tables = [found for found, _ in read]
            titles = ChapterTrack(chapters, moov.movie_duration(tables)) if chapters else None
            _write(file, tables, pieces, titles, should_stop)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _read(
    number: int, paths: Sequence[Path], should_stop: Callable[[], str | None]
) -> tuple[SampleTables, list[_Piece]]:
    """Return the tables of one track, and its pieces in order."""
    tables: SampleTables | None = None
    pieces = []
    for path in paths:
        _stop_if_asked(should_stop)
        with path.open("rb") as file:
            init = read_init(file)
            tables = tables or SampleTables(init)
            if init.data != tables.init.data:
                raise MalformedTrack("The chunks of a track begin differently.")
            for _, _, run in read_runs(file, init):
                at = run.start / init.timescale
                size = tables.add(run)
                pieces.append(_Piece(at, number, path, run.payload, size))
    if tables is None or not pieces:
        raise MalformedTrack("A track has no samples.")
    return tables, pieces


def _write(
    file: BinaryIO,
    tracks: Sequence[SampleTables],
    pieces: Sequence[_Piece],
    chapters: ChapterTrack | None,
    should_stop: Callable[[], str | None],
) -> None:
    titles = b"".join(chapters.samples) if chapters is not None else b""
    total = len(titles) + sum(piece.size for piece in pieces)

    def tables(begin: int) -> bytes:
        offsets = _offsets(pieces, len(tracks), begin + len(titles))
        return moov.write(tracks, offsets, reach=total, chapters=chapters, titles_at=begin)

    # The tables have the same size whatever offsets are in them, so they are built twice.
    begin = len(_FTYP) + len(tables(0)) + _MDAT_HEADER
    file.write(_FTYP)
    file.write(tables(begin))
    file.write(struct.pack(">I4sQ", 1, b"mdat", _MDAT_HEADER + total))
    file.write(titles)
    for data in _payloads(pieces, len(tracks), should_stop):
        file.write(data)


def _offsets(pieces: Sequence[_Piece], tracks: int, begin: int) -> list[list[int]]:
    """Return where each piece of each track will be if the first is at `begin`."""
    offsets: list[list[int]] = [[] for _ in range(tracks)]
    for piece in pieces:
        offsets[piece.track].append(begin)
        begin += piece.size
    return offsets


def _payloads(
    pieces: Sequence[_Piece], tracks: int, should_stop: Callable[[], str | None]
) -> Iterator[bytes]:
    """Yield the bytes of all pieces; one file of each track is open at a time."""
    with ExitStack() as stack:
        readers = [stack.enter_context(closing(_Reader())) for _ in range(tracks)]
        for piece in pieces:
            _stop_if_asked(should_stop)
            yield from readers[piece.track].read(piece)


class _Reader:
    """Reads pieces of files that come one after the other."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._file: BinaryIO | None = None

    def close(self) -> None:
        """Close the file that is open."""
        if self._file is not None:
            self._file.close()

    def read(self, piece: _Piece) -> Iterator[bytes]:
        """Yield the bytes of a piece in blocks. Raises `MalformedTrack` if the file ends before."""
        file = self._opened(piece.path)
        file.seek(piece.offset)
        left = piece.size
        while left:
            data = file.read(min(left, _COPIED_AT_ONCE))
            if not data:
                raise MalformedTrack("The file is cut off.")
            left -= len(data)
            yield data

    def _opened(self, path: Path) -> BinaryIO:
        if self._file is None or path != self._path:
            self.close()
            self._path, self._file = path, path.open("rb")
        return self._file


def _stop_if_asked(should_stop: Callable[[], str | None]) -> None:
    reason = should_stop()
    if reason:
        raise Interrupted(reason)
