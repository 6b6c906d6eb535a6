"""Read a long sound piece by piece, so that no engine needs more memory for it; each ends where it
is quiet, so that no word is cut."""

from __future__ import annotations

import array
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from processing.speech.transcriber import SoundInvalid

RATE = 16_000
_BYTES = 2
_A_MILLISECOND = RATE // 1000 * _BYTES
_FRAME_MS = 20
_FRAME = _FRAME_MS * _A_MILLISECOND
_QUIET_FRAMES = 10


@dataclass(frozen=True)
class Piece:
    """Signed 16-bit samples in this machine's order, 16,000 a second, and the millisecond at which
    they begin."""

    start: int
    samples: bytes

    @property
    def end(self) -> int:
        """The millisecond at which the piece is over."""
        return self.start + len(self.samples) // _A_MILLISECOND


def pieces(sound: Path, *, longest: int, cut_within: int) -> Iterator[Piece]:
    """Yield a WAV in pieces of at most ``longest`` seconds, each cut at the quietest moment of its
    last ``cut_within`` seconds. Raises ``SoundInvalid``."""
    start, rest = 0, b""
    with _opened(sound) as file:
        while True:
            wanted = longest * 1000 * _A_MILLISECOND - len(rest)
            data = rest + _native(file.readframes(wanted // _BYTES))
            if len(data) < longest * 1000 * _A_MILLISECOND:
                break
            cut = _quietest(data, cut_within * 1000 * _A_MILLISECOND)
            yield (piece := Piece(start, data[:cut]))
            start, rest = piece.end, data[cut:]
    if data:
        yield Piece(start, data)


def milliseconds(sound: Path) -> int:
    """Return how long a WAV lasts. Raises ``SoundInvalid``."""
    with _opened(sound) as file:
        return file.getnframes() * 1000 // RATE


@contextmanager
def _opened(sound: Path) -> Iterator[wave.Wave_read]:
    try:
        with wave.open(str(sound), "rb") as file:
            if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, _BYTES, RATE):
                raise SoundInvalid
            yield file
    except (wave.Error, EOFError) as error:
        raise SoundInvalid from error


def _native(data: bytes) -> bytes:
    """Return samples, which a WAV has with the low byte first, as this machine has them."""
    if sys.byteorder == "little":
        return data
    samples = array.array("h", data)
    samples.byteswap()
    return samples.tobytes()


def _quietest(data: bytes, within: int) -> int:
    """Return where the quietest fifth of a second among the last bytes has its middle."""
    first = len(data) - within // _FRAME * _FRAME
    loudness = [
        sum(map(abs, memoryview(data)[at : at + _FRAME].cast("h")))
        for at in range(first, len(data), _FRAME)
    ]
    spans = range(len(loudness) - _QUIET_FRAMES + 1)
    quietest = min(spans, key=lambda at: sum(loudness[at : at + _QUIET_FRAMES]))
    return first + (quietest + _QUIET_FRAMES // 2) * _FRAME
