"""A long sound is read in pieces that are cut where it is quiet."""

from __future__ import annotations

import array
import wave
from pathlib import Path

import pytest

from processing.speech.pieces import Piece, milliseconds, pieces
from processing.speech.transcriber import SoundInvalid

LOUD, QUIET = 8000, 3


def written(path: Path, *parts: tuple[int, int], rate: int = 16_000) -> Path:
    """A WAV of parts that are so loud and last so many milliseconds."""
    samples = array.array("h")
    for loudness, length in parts:
        samples.extend(loudness if at % 2 else -loudness for at in range(16 * length))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def test_each_piece_ends_in_the_pause(tmp_path: Path) -> None:
    sound = written(
        tmp_path / "a.wav", (LOUD, 2500), (QUIET, 300), (LOUD, 1600), (QUIET, 300), (LOUD, 1500)
    )
    found = list(pieces(sound, longest=3, cut_within=2))
    assert [2500 < found[0].end < 2800, 4400 < found[1].end < 4700] == [True, True]
    assert [piece.start for piece in found] == [0, found[0].end, found[1].end]
    assert found[-1].end == milliseconds(sound) == 6200


def test_the_pieces_together_are_the_sound(tmp_path: Path) -> None:
    sound = written(tmp_path / "a.wav", (LOUD, 7010), (QUIET, 777), (LOUD, 3001))
    with wave.open(str(sound)) as file:
        whole = file.readframes(file.getnframes())
    assert b"".join(piece.samples for piece in pieces(sound, longest=2, cut_within=1)) == whole


def test_a_short_sound_is_one_piece(tmp_path: Path) -> None:
    sound = written(tmp_path / "a.wav", (LOUD, 1000))
    (piece,) = pieces(sound, longest=3, cut_within=1)
    assert (piece.start, piece.end) == (0, 1000)


def test_no_sound_is_no_piece(tmp_path: Path) -> None:
    assert list(pieces(written(tmp_path / "a.wav"), longest=3, cut_within=1)) == []


def test_a_piece_knows_its_end() -> None:
    assert Piece(500, bytes(3200)).end == 600


@pytest.mark.parametrize("data", [b"", b"RIFF", b"no sound at all, but a text of some length"])
def test_what_is_no_wav_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(SoundInvalid):
        milliseconds(tmp_path / "a.wav")


def test_another_rate_is_refused(tmp_path: Path) -> None:
    sound = written(tmp_path / "a.wav", (LOUD, 100), rate=48_000)
    with pytest.raises(SoundInvalid):
        list(pieces(sound, longest=3, cut_within=1))
