"""The texts beside a storyboard, which say what part of which sheet shows which time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

VTT, JSON = "storyboard.vtt", "storyboard.json"
"""The names of the texts."""
TEXTS = frozenset((VTT, JSON))


@dataclass(frozen=True)
class Tile:
    """A tile that is shown from second `start` to `end`: the number of its sheet, and its left and
    upper edge there in pixels."""

    start: float
    end: float
    sheet: int
    x: int
    y: int


def vtt(tiles: Sequence[Tile], sheets: Sequence[str], size: tuple[int, int]) -> str:
    """Return WebVTT with a cue for each tile, whose text is the address of its picture: the name of
    the sheet and a media fragment (`#xywh=`), relative to the address of the text."""
    cues = [
        f"{_clock(tile.start)} --> {_clock(tile.end)}\n"
        f"{sheets[tile.sheet]}#xywh={tile.x},{tile.y},{size[0]},{size[1]}\n"
        for tile in tiles
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def as_json(
    tiles: Sequence[Tile], sheets: Sequence[str], size: tuple[int, int], seconds: float
) -> str:
    """Return the same as JSON, in the form of Mux: `url` is the first sheet, and each of `tiles`
    says since which second it is shown. What lies on another sheet says so by its place in
    `sheets`; addresses are relative to that of the text."""
    return json.dumps(
        {
            "url": sheets[0],
            "tile_width": size[0],
            "tile_height": size[1],
            "duration": round(seconds, 3),
            "sheets": list(sheets),
            "tiles": [
                {"start": round(tile.start, 3), "x": tile.x, "y": tile.y, "sheet": tile.sheet}
                for tile in tiles
            ],
        },
        separators=(",", ":"),
    )
