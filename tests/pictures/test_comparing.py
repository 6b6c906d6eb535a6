"""The comparison itself: its reference is true to the standards, and it sees what may go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pictures import comparing, patches
from tests.pictures.colour import Coding
from tests.pictures.films import ALWAYS, FILMS
from tests.pictures.patches import ACROSS, DOWN
from tests.pictures.reference import Colours, Reference

_PQ = Coding("bt2020nc", "pq", True)
_HLG = Coding("bt2020nc", "hlg", True)
_LIT = 0.75
"""Up to this signal the curve for HDR changes nothing."""


def drawn(second: int) -> list[tuple[float, ...]]:
    """The colours in the middle of a second."""
    frame = second * patches.RATE + patches.RATE // 2
    return [patches.at(frame, x, y) for y in range(DOWN) for x in range(ACROSS)]


def shown(colours: list[tuple[float, ...]]) -> Colours:
    return [tuple(255 * value for value in colour) for colour in colours]


def read_as(coding: Coding, written: Coding) -> Colours:
    """The colours of codes that are read as another coding."""
    return shown([coding.shown(*written.coded(colour)) for colour in drawn(1)])


def ranged(gain: float, black: float) -> Colours:
    return shown([tuple(value * gain + black for value in colour) for colour in drawn(1)])


def turned() -> Colours:
    rows = [drawn(1)[n * ACROSS : (n + 1) * ACROSS] for n in range(DOWN)]
    return shown([colour for row in reversed(rows) for colour in reversed(row)])


def mirrored() -> Colours:
    rows = [drawn(1)[n * ACROSS : (n + 1) * ACROSS] for n in range(DOWN)]
    return shown([colour for row in rows for colour in reversed(row)])


FAULTS: dict[str, Callable[[], Colours]] = {
    "limited range shown as full": lambda: ranged(219 / 255, 16 / 255),
    "full range shown as limited": lambda: ranged(255 / 219, -16 / 219),
    "BT.601 read as BT.709": lambda: read_as(Coding("bt709"), Coding("smpte170m")),
    "BT.709 read as BT.601": lambda: read_as(Coding("smpte170m"), Coding("bt709")),
    "PQ without tone mapping": lambda: read_as(Coding("bt2020nc"), _PQ),
    "HLG without tone mapping": lambda: read_as(Coding("bt2020nc"), _HLG),
    "PQ read as HLG": lambda: read_as(_HLG, _PQ),
    "BT.2020 without its primaries": lambda: read_as(
        Coding("bt2020nc"), Coding("bt2020nc", wide=True)
    ),
    "BT.2020 with the matrix of BT.709": lambda: read_as(
        Coding("bt709", wide=True), Coding("bt2020nc", wide=True)
    ),
    "upside down": turned,
    "mirrored": mirrored,
    "the second before": lambda: shown(drawn(0)),
    "the second after": lambda: shown(drawn(2)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_sees(fault: str) -> None:
    assert not comparing.alike(FAULTS[fault](), [shown(drawn(1))])


def test_other_shapes_are_seen() -> None:
    assert comparing.has_shape(240, 426, 9 / 16)
    assert comparing.has_shape(160, 284, 9 / 16)
    for width, height in ((426, 240), (240, 320), (160, 120), (160, 273)):
        assert not comparing.has_shape(width, height, 9 / 16)


_EACH = [pytest.param(n, marks=[] if n == ALWAYS else pytest.mark.thorough) for n in FILMS]


@pytest.mark.parametrize("name", _EACH)
def test_the_reference_shows_what_was_drawn(tmp_path: Path, name: str) -> None:
    film = replace(FILMS[name], seconds=2, rotate=0)
    path = patches.write(tmp_path / f"a{film.suffix}", film)
    [found] = Reference(path, ACROSS, DOWN).near(1.5, 0)
    bright = film.coding.transfer != "sdr"
    for got, colour in zip(found, drawn(1), strict=True):
        if not (bright and max(colour) > _LIT):
            assert got == pytest.approx([255 * value for value in colour], abs=6)
