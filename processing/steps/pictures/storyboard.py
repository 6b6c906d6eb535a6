"""Lay small frames of the whole video out on sheets, with a text that says when each is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from processing.ffmpeg.encoding import storyboard
from processing.packaging import storyboard as texts
from processing.steps import tools
from processing.steps.context import Outcome, TaskContext
from processing.steps.pictures import keeping, rung
from processing.steps.pictures.picture_step import has_frames, picture_step
from videos.models import Rendition

# GOPs of 29.97 frames a second last a little longer than two seconds.
_NEARLY = 1.01


@dataclass(frozen=True)
class _Board:
    """A storyboard of a rendition with tiles of a size in pixels; its files lie in `folder`."""

    rendition: Rendition
    size: tuple[int, int]
    folder: Path

    @cached_property
    def seconds(self) -> float:
        """How long the video lasts."""
        return rung.seconds(self.rendition)

    @property
    def interval(self) -> int:
        """The least seconds from one tile to the next."""
        return storyboard.interval(self.seconds)

    @property
    def by_keyframes(self) -> bool:
        """Whether there are keyframes enough to be all that is decoded."""
        if self.seconds <= storyboard.SHORT_SECONDS:
            return False
        return rung.longest_gop(self.rendition) <= self.interval * _NEARLY

    @property
    def tiles(self) -> storyboard.Tiles:
        """Where the decoded tiles are."""
        return storyboard.Tiles(self.folder / "tiles.raw", self.folder / "tiles.txt")

    @cached_property
    def starts(self) -> list[float]:
        """The second at which each tile is first shown, once they are decoded."""
        return self.tiles.read_times()

    @property
    def layout(self) -> storyboard.Layout:
        """Where each tile lies."""
        return storyboard.Layout(len(self.starts), *self.size)

    @property
    def sheets(self) -> list[tuple[Path, Path]]:
        """The files of each sheet: WebP and JPEG."""
        stems = [self.folder / f"storyboard-{sheet.number:03}" for sheet in self.layout.sheets]
        return [(stem.with_suffix(".webp"), stem.with_suffix(".jpg")) for stem in stems]

    @property
    def facts(self) -> dict[str, Any]:
        """What the rows of its files say: `rows` are those of the first sheet, `count` the tiles
        on all of them."""
        layout = self.layout
        return {
            "interval": self.interval,
            "columns": layout.columns,
            "rows": layout.rows,
            "tile_width": layout.tile_width,
            "tile_height": layout.tile_height,
            "count": layout.count,
        }


def run(context: TaskContext) -> Outcome:
    """Make the sheets of the storyboard, and its WebVTT and JSON."""
    rendition = rung.smallest(context, width=storyboard.TILE_WIDTH)
    if rendition is None:
        return Outcome()
    size = storyboard.tile_size(rendition.width or 2, rendition.height or 2)
    board = _Board(rendition, size, context.folder)
    _decode(context, board)
    _lay_out(context, board)
    return Outcome(record=keeping.keep(context, [*_sheets(board), *_texts(board)]))


def _decode(context: TaskContext, board: _Board) -> None:
    """Decode the rendition once, and keep its tiles."""
    source = rung.joined(context, board.rendition)
    rate = Fraction(board.rendition.frame_rate) if board.rendition.frame_rate else None
    argv = storyboard.tiles_command(
        context.ffmpeg.program,
        source,
        board.tiles,
        size=board.size,
        every=storyboard.spacing(board.interval, rate),
        keyframes=board.by_keyframes,
    )
    tools.run(argv, context, board.seconds, source)
    source.unlink()


def _lay_out(context: TaskContext, board: _Board) -> None:
    """Write each sheet as WebP and as JPEG."""
    frames = board.tiles.frames
    program = context.ffmpeg.program
    argv = storyboard.sheets_command(program, frames, board.layout, board.sheets)
    tools.run(argv, context, float(board.layout.count), frames)


def _sheets(board: _Board) -> list[keeping.Made]:
    layout = board.layout
    return [
        keeping.Made(
            path,
            kind,
            sheet.columns * layout.tile_width,
            sheet.rows * layout.tile_height,
            facts={**board.facts, "sheet": sheet.number},
        )
        for sheet, both in zip(layout.sheets, board.sheets, strict=True)
        for path, kind in zip(both, ("image/webp", "image/jpeg"), strict=True)
    ]


def _texts(board: _Board) -> list[keeping.Made]:
    """Write the WebVTT and the JSON of the sheets."""
    vtt, as_json = board.folder / texts.VTT, board.folder / texts.JSON
    names = [webp.name for webp, _ in board.sheets]
    tiles = list(_told(board))
    vtt.write_text(texts.vtt(tiles, names, board.size))
    as_json.write_text(texts.as_json(tiles, names, board.size, board.seconds))
    return [
        keeping.Made(vtt, "text/vtt", facts=board.facts),
        keeping.Made(as_json, "application/json", facts=board.facts),
    ]


def _told(board: _Board) -> list[texts.Tile]:
    """Return the tiles as the texts tell of them: each is shown until the next one is."""
    ends: Sequence[float] = [*board.starts[1:], max(board.seconds, board.starts[-1])]
    return [
        texts.Tile(start, end, sheet.number, x, y)
        for start, end, (sheet, x, y) in zip(board.starts, ends, board.layout.places(), strict=True)
    ]


STEP = picture_step("storyboard", run, shows=has_frames)
