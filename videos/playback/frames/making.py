"""Make pictures, in the sandbox and within limits, outside the event loop and few at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from processing.ffmpeg.encoding import animated, frame
from processing.ffmpeg.encoding.look import Look
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.running.runner import Limits
from videos.playback.frames import detail, pieces, refusals
from videos.playback.frames.geometry import Fitted, Size, turned
from videos.playback.frames.rows import Piece
from videos.storage import outputs

T = TypeVar("T")
_MEMORY_BYTES = 1024**3
_LIMITS = Limits(
    wall_seconds=20, cpu_seconds=20, memory_bytes=_MEMORY_BYTES, output_bytes=128 * 1024**2
)
_MOVING_LIMITS = Limits(
    wall_seconds=60, cpu_seconds=60, memory_bytes=_MEMORY_BYTES, output_bytes=128 * 1024**2
)


class Makers:
    """A few threads, for which a bounded number of calls may wait for some seconds."""

    def __init__(self, name: str, *, size: int, waiting: int, queue_seconds: float) -> None:
        self._executor = ThreadPoolExecutor(size, thread_name_prefix=name)
        self._most, self._queue_seconds = size + waiting, queue_seconds
        self._calls, self._lock = 0, threading.Lock()

    async def run(self, call: Callable[[], T]) -> T:
        """Return what a call returns, in one of the threads. Raises ``PictureRefused`` if too many
        wait, or if it did not begin in time."""
        with self._lock:
            if self._calls >= self._most:
                raise refusals.busy()
            self._calls += 1
        submitted = self._executor.submit(call)
        submitted.add_done_callback(self._forget)
        future = asyncio.wrap_future(submitted)
        await asyncio.wait({future}, timeout=self._queue_seconds)
        if not future.done() and submitted.cancel():
            raise refusals.busy()
        return await future

    def _forget(self, _: Future[T]) -> None:
        with self._lock:
            self._calls -= 1


@dataclass(frozen=True)
class Frame:
    """A frame to be taken: the pieces that hold it, the tick, and the size of the rung's frames."""

    pieces: list[Piece]
    tick: int
    size: Size


def still(taken: Frame, small: Frame | None, fitted: Fitted, folder: Path, out: Path) -> None:
    """Write a frame as a picture. ``small`` is the same frame of the smallest rung, in which the
    place with the most detail is looked for."""
    at = _place(small, fitted, folder) if small else (0.5, 0.5)
    piece = _piece(taken.pieces, folder)
    number = pieces.number_of(piece, taken.tick)
    look = fitted.look(taken.size, at=at)
    _run(frame.numbered(_program(), piece, out, number=number, look=look), piece, folder, _LIMITS)


def _place(small: Frame, fitted: Fitted, folder: Path) -> tuple[float, float]:
    piece, out = _piece(small.pieces, folder), folder / "grey"
    number = pieces.number_of(piece, small.tick)
    size = detail.small(turned(small.size, fitted.rotate))
    look = Look(*size, rotate=fitted.rotate, flip=fitted.flip)
    _run(frame.grey(_program(), piece, out, number=number, look=look), piece, folder, _LIMITS)
    wide, high = fitted.window
    return detail.place(out.read_bytes(), size, (float(wide), float(high)))


@dataclass(frozen=True)
class Scene:
    """Some seconds to be shown: the pieces that hold them, the second of the release they begin
    at, how many there are, frames a second, and ticks in a second."""

    pieces: list[Piece]
    start: Fraction
    seconds: Fraction
    rate: Fraction
    timescale: int


def moving(scene: Scene, fitted: Fitted, folder: Path, out: Path) -> None:
    """Write some seconds as an animated picture."""
    piece = _piece(scene.pieces, folder)
    begin = scene.start - Fraction(scene.pieces[0].start, scene.timescale)
    part = animated.Stretch(float(max(begin, Fraction(0))), scene.seconds, scene.rate)
    look = Look(*fitted.picture)
    run = partial(_run, piece=piece, folder=folder, limits=_MOVING_LIMITS)
    if out.suffix == ".webp":
        run(animated.moving_webp(_program(), piece, out, part=part, look=look))
        return
    colors = folder / "colors.png"
    run(animated.palette(_program(), piece, colors, part=part, look=look))
    run(animated.gif(_program(), piece, colors, out, part=part, look=look))


def _piece(found: list[Piece], folder: Path) -> Path:
    path = folder / f"{len(list(folder.iterdir()))}.mp4"
    pieces.write(outputs(), found, path)
    return path


def _run(argv: list[str], piece: Path, folder: Path, limits: Limits) -> None:
    ffmpeg = FFmpeg(settings.FFMPEG, settings.FFPROBE, settings.ENV.sandbox)
    ffmpeg.run(argv, limits=limits, reads=[piece], writes=folder)


def _program() -> str:
    return str(settings.FFMPEG)
