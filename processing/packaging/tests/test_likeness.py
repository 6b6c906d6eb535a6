"""What was made is held against its source by small samples of both."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import samples
from processing.packaging.likeness import check_audio, check_frames

RATE = Fraction(25)


def moving(count: int, first: int = 0) -> list[bytes]:
    """Frames in which something bright moves on."""
    plain = bytes([60]) * samples.FRAME_BYTES
    return [
        plain[: at * 13] + bytes([200]) * 13 + plain[(at + 1) * 13 :]
        for at in (number % 40 for number in range(first, first + count))
    ]


def coded(pictures: Iterable[bytes]) -> list[bytes]:
    """As an encoder leaves them: nearly the same."""
    return [bytes(min(255, level + 2) for level in frame) for frame in pictures]


@pytest.fixture
def found(tmp_path: Path) -> Callable[[Sequence[bytes], Sequence[bytes]], list[str]]:
    def check(source: Sequence[bytes], made: Sequence[bytes]) -> list[str]:
        theirs, ours = tmp_path / "source", tmp_path / "made"
        theirs.write_bytes(b"".join(source))
        ours.write_bytes(b"".join(made))
        return [f.code for f in check_frames("720p", theirs, ours, rate=RATE, allowed=1)]

    return check


Found = Callable[[Sequence[bytes], Sequence[bytes]], list[str]]


def test_what_is_nearly_the_same_is_right(found: Found) -> None:
    assert found(moving(50), coded(moving(50))) == []
    assert found(moving(50), coded(moving(49))) == []


def test_a_frame_more_than_allowed_is_told(found: Found) -> None:
    assert found(moving(50), coded(moving(48))) == ["source_frames"]
    assert found(moving(50), []) == ["source_frames"]


def test_grey_instead_of_frames_is_told(found: Found) -> None:
    made = coded(moving(50))
    made[20:23] = [bytes([160]) * samples.FRAME_BYTES] * 3
    assert found(moving(50), made) == ["source_pictures"]


def test_frames_that_stand_still_are_told(found: Found) -> None:
    made = coded(moving(50))
    made[20:30] = [made[19]] * 10
    assert found(moving(50), made) == ["source_distinct"]


def test_one_that_is_a_place_late_is_not(found: Found) -> None:
    made = coded(moving(50))
    made[20] = made[19]
    assert found(moving(50), made) == []


def test_what_stands_still_in_the_source_may(found: Found) -> None:
    still = moving(1) * 50
    assert found(still, coded(still)) == []


def tone(path: Path, *heard: tuple[float, float], seconds: float = 4.0) -> Path:
    """Audio between these seconds."""
    samples_ = array("h")
    for number in range(int(seconds * samples.RATE)):
        at = number / samples.RATE
        on = any(begin <= at < end for begin, end in heard)
        samples_.append(round(12_000 * math.sin(at * 2764)) if on else 0)
    path.write_bytes(samples_.tobytes())
    return path


@pytest.mark.parametrize(
    ("made", "codes"),
    [
        ([(0.0, 1.0), (2.0, 4.0)], []),
        ([(0.02, 1.01), (2.0, 4.0)], []),
        ([(0.0, 1.0), (2.4, 4.0)], ["source_sound"]),
        ([(0.0, 1.0)], ["source_sound"]),
        ([(0.0, 4.0)], []),
    ],
)
def test_audio_is_where_the_source_has_some(
    tmp_path: Path, made: list[tuple[float, float]], codes: list[str]
) -> None:
    source = tone(tmp_path / "source", (0.0, 1.0), (2.0, 4.0))
    ours = tone(tmp_path / "made", *made)
    assert [f.code for f in check_audio("audio", source, ours)] == codes


def test_audio_that_ends_early_is_told(tmp_path: Path) -> None:
    source = tone(tmp_path / "source", (0.0, 4.0))
    assert list(check_audio("audio", source, tone(tmp_path / "a", (0.0, 4.0), seconds=3.95))) == []
    (early,) = check_audio("audio", source, tone(tmp_path / "b", (0.0, 4.0), seconds=3.5))
    assert early.message == "audio ends 0.5 s before the source's audio."
