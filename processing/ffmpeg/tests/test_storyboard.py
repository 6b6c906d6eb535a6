"""Each tile of a storyboard is the frame that is shown at its time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from processing.ffmpeg.encoding import storyboard
from processing.ffmpeg.encoding.storyboard import Layout, Tiles
from processing.ffmpeg.running.runner import Limits
from processing.ffmpeg.tests import colours
from processing.ffmpeg.tests.clips import HERE

_LIMITS = Limits(wall_seconds=60)


def tiles_of(
    source: Path, folder: Path, size: tuple[int, int], every: float, *, keyframes: bool = False
) -> Tiles:
    """The tiles of a file."""
    tiles = Tiles(folder / "tiles.raw", folder / "tiles.txt")
    argv = storyboard.tiles_command(
        "ffmpeg", source, tiles, size=size, every=every, keyframes=keyframes
    )
    HERE.run(argv, limits=_LIMITS, reads=[source], writes=folder)
    return tiles


def sheets_of(tiles: Tiles, folder: Path, layout: Layout) -> list[tuple[Path, Path]]:
    """The files of the sheets: WebP and JPEG."""
    stems = [folder / str(sheet.number) for sheet in layout.sheets]
    names = [(stem.with_suffix(".webp"), stem.with_suffix(".jpg")) for stem in stems]
    argv = storyboard.sheets_command("ffmpeg", tiles.frames, layout, names)
    HERE.run(argv, limits=_LIMITS, reads=[tiles.frames], writes=folder)
    return names


def seen(names: Sequence[tuple[Path, Path]], layout: Layout, form: int) -> list[colours.Colour]:
    """The colour of each tile, in order."""
    opened = [Image.open(both[form]) for both in names]
    size = layout.tile_width, layout.tile_height
    return [colours.seen(opened[s.number], (x, y, *size)) for s, x, y in layout.places()]


@pytest.mark.parametrize(
    ("seconds", "every"),
    [(0.04, 1), (60, 1), (61, 2), (360, 2), (361, 4), (600, 4), (3600, 20), (7200, 40)],
)
def test_tiles_are_further_apart_in_longer_films(seconds: float, every: int) -> None:
    assert storyboard.interval(seconds) == every
    assert seconds / every <= storyboard.MOST_TILES


@pytest.mark.parametrize(
    ("frames", "tile"),
    [
        ((426, 240), (160, 90)),
        ((240, 426), (160, 284)),
        ((240, 240), (160, 160)),
        ((100, 50), (100, 50)),
        ((2400, 240), (160, 16)),
        ((240, 2400), (28, 284)),
        ((4000, 2), (160, 2)),
    ],
)
def test_tiles_keep_the_shape_of_the_frames(frames: tuple[int, int], tile: tuple[int, int]) -> None:
    assert storyboard.tile_size(*frames) == tile


@pytest.mark.parametrize("tile", [(160, 90), (160, 284), (28, 284), (2, 2)])
@pytest.mark.parametrize("count", [1, 9, 10, 11, 140, 141, 181])
def test_no_sheet_is_too_large_and_none_has_an_empty_row(tile: tuple[int, int], count: int) -> None:
    layout = Layout(count, *tile)
    assert [sheet.first for sheet in layout.sheets[1:]] == [s.end for s in layout.sheets[:-1]]
    assert layout.sheets[-1].end == count == len(list(layout.places()))
    for sheet in layout.sheets:
        assert sheet.columns * tile[0] <= 4096
        assert sheet.rows * tile[1] <= 4096
        assert (sheet.rows - 1) * sheet.columns < sheet.end - sheet.first
    for sheet, x, y in layout.places():
        assert x + tile[0] <= sheet.columns * tile[0]
        assert y + tile[1] <= sheet.rows * tile[1]


@pytest.mark.parametrize("size", [(320, 180), (180, 320)])
def test_each_tile_has_the_colour_of_its_second(tmp_path: Path, size: tuple[int, int]) -> None:
    source = colours.film(tmp_path / "film.mp4", colours.by_second(12), size=size)
    tile = storyboard.tile_size(*size)
    tiles = tiles_of(source, tmp_path, tile, storyboard.spacing(1, Fraction(10)))
    assert tiles.read_times() == list(range(12))
    layout = Layout(12, *tile)
    names = sheets_of(tiles, tmp_path, layout)
    expected = [colours.nth(second) for second in range(12)]
    assert seen(names, layout, 0) == seen(names, layout, 1) == expected
    for path in names[0]:
        with Image.open(path) as sheet:
            assert sheet.size == (10 * tile[0], 2 * tile[1])


def test_a_long_film_has_the_keyframes_at_their_times(tmp_path: Path) -> None:
    frames = colours.by_second(72, rate=5)
    film = colours.film(tmp_path / "film.mp4", frames, "-g", "10", size=(64, 36), rate="5")
    tiles = tiles_of(film, tmp_path, (64, 36), 3.9, keyframes=True)
    assert tiles.read_times() == list(range(0, 72, 4))
    layout = Layout(18, 64, 36)
    shown = seen(sheets_of(tiles, tmp_path, layout), layout, 0)
    assert shown == [colours.nth(second) for second in range(0, 72, 4)]


def test_a_film_of_several_sheets(tmp_path: Path) -> None:
    frames = [colours.nth(number) for number in range(145)]
    film = colours.film(tmp_path / "film.mp4", frames, size=(40, 284))
    tiles = tiles_of(film, tmp_path, (40, 284), 0.05)
    layout = Layout(len(tiles.read_times()), 40, 284)
    names = sheets_of(tiles, tmp_path, layout)
    assert seen(names, layout, 1) == frames
    with Image.open(names[0][0]) as first, Image.open(names[1][0]) as last:
        assert (first.size, last.size) == ((400, 14 * 284), (400, 284))


def test_frames_that_come_at_odd_times_are_shown_at_those(tmp_path: Path) -> None:
    """At 24000/1001 frames a second, of which some are left out."""
    frames = [colours.nth(number) for number in range(96)]
    odd = ["-vf", "scale=64:36,select='lt(n,30)+gt(n,70)'", "-fps_mode", "passthrough"]
    film = colours.film(tmp_path / "film.mp4", frames, *odd, rate="24000/1001")
    tiles = tiles_of(film, tmp_path, (64, 36), storyboard.spacing(1, Fraction(24000, 1001)))
    times = tiles.read_times()
    assert times == pytest.approx([number * 1001 / 24000 for number in (0, 24, 71, 95)], abs=0.001)
    layout = Layout(4, 64, 36)
    shown = seen(sheets_of(tiles, tmp_path, layout), layout, 0)
    assert shown == [colours.nth(number) for number in (0, 24, 71, 95)]


@pytest.mark.parametrize("frames", [1, 5])
def test_the_shortest_films_have_one_tile(tmp_path: Path, frames: int) -> None:
    film = colours.film(tmp_path / "film.mp4", [colours.nth(5)] * frames)
    tiles = tiles_of(film, tmp_path, (160, 90), 0.95)
    assert tiles.read_times() == [0]
    layout = Layout(1, 160, 90)
    assert seen(sheets_of(tiles, tmp_path, layout), layout, 0) == [colours.nth(5)]
