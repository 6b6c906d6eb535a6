"""The commands that make a storyboard: small frames of a film, one after the other on sheets.

The first decodes the film once and keeps its tiles as raw frames of some kilobytes each; the second
lays them out. So the number of tiles is known before a sheet is made, and each sheet is only as
large as its tiles need.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import picture_colors

LONGEST_SIDE = 4096
"""The largest width and height of a sheet, in pixels: phones decode nothing larger."""
TILE_WIDTH, TILE_HEIGHT = 160, 284
"""The largest width and height of a tile, in pixels: as wide for 16:9 as for 9:16."""
MOST_TILES = 180
"""About how many tiles a film has at most; one more where it does not divide evenly."""
SHORT_SECONDS = 60.0
"""Up to this length a film has a tile for each second, and every frame of it is decoded."""
_COLUMNS = 10
_GOP_SECONDS = 2
_JPEG_QUALITY, _WEBP_QUALITY = 4, 70
_TICKS = 1_000_000


def interval(seconds: float) -> int:
    """Return the least seconds from one tile to the next for a film of that length: 1 up to a
    minute, then the fewest whole GOPs of two seconds that give no more than `MOST_TILES`."""
    if seconds <= SHORT_SECONDS:
        return 1
    return _GOP_SECONDS * math.ceil(seconds / (MOST_TILES * _GOP_SECONDS))


def tile_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of a tile for frames of that size: even, of the same shape, no larger than
    `TILE_WIDTH` by `TILE_HEIGHT` nor than the frames."""
    factor = min(1.0, TILE_WIDTH / width, TILE_HEIGHT / height)
    return _even(width * factor), _even(height * factor)


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))


@dataclass(frozen=True)
class Sheet:
    """Tiles `first` to `end` of a storyboard, in rows from left to right."""

    number: int
    first: int
    end: int
    columns: int
    rows: int


@dataclass(frozen=True)
class Layout:
    """How `count` tiles (at least one) of a size in pixels are laid out on sheets. All sheets have
    the same columns; the last one has only the rows that it needs."""

    count: int
    tile_width: int
    tile_height: int

    @property
    def columns(self) -> int:
        """The tiles beside each other."""
        return min(_COLUMNS, self.count)

    @property
    def rows(self) -> int:
        """The rows of the first sheet."""
        return min(LONGEST_SIDE // self.tile_height, math.ceil(self.count / self.columns))

    @property
    def sheets(self) -> list[Sheet]:
        """The sheets in order."""
        held = self.columns * self.rows
        return [self._sheet(number, held) for number in range(math.ceil(self.count / held))]

    def _sheet(self, number: int, held: int) -> Sheet:
        first, end = number * held, min(self.count, (number + 1) * held)
        return Sheet(number, first, end, self.columns, math.ceil((end - first) / self.columns))

    def places(self) -> Iterator[tuple[Sheet, int, int]]:
        """Yield each tile's sheet, and its left and upper edge in pixels."""
        for sheet in self.sheets:
            for place in range(sheet.end - sheet.first):
                row, column = divmod(place, self.columns)
                yield sheet, column * self.tile_width, row * self.tile_height


@dataclass(frozen=True)
class Tiles:
    """The two files that the decoding writes: raw frames, and when each of them is shown."""

    frames: Path
    times: Path

    def read_times(self) -> list[float]:
        """Return the second at which each tile's frame is first shown."""
        lines = self.times.read_text().splitlines()
        rows = [line.split(",") for line in lines if line and not line.startswith("#")]
        return [int(row[2]) / _TICKS for row in rows]


def tiles_command(
    ffmpeg: str, source: Path, tiles: Tiles, *, size: tuple[int, int], every: float,
    keyframes: bool,
) -> list[str]:  # fmt: skip
    """Return the command that writes the first frame of a file, and each that is shown at least
    `every` seconds after the one before. With `keyframes` only those are decoded."""
    only = ["-skip_frame", "nokey"] if keyframes else []
    wanted = f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{every:.6f})'"
    scaled = ",".join(picture_colors.filters("webp", size))
    graph = f"[0:v:0]{wanted},{scaled},split[frames][times]"
    plain = ["-fps_mode", "passthrough", "-c:v", "rawvideo"]
    return [
        *[ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"],
        *["-filter_complex_threads", "1", "-threads", "1", *only, *inputs.opened(source)],
        *["-filter_complex", graph],
        *["-map", "[frames]", *plain, "-f", "rawvideo", str(tiles.frames)],
        *["-map", "[times]", *plain, "-enc_time_base", f"1/{_TICKS}"],
        *["-f", "framecrc", str(tiles.times)],
    ]


def spacing(seconds: int, rate: Fraction | None) -> float:
    """Return the seconds between tiles to ask for, so that a frame counts that is early by less
    than half a frame: GOPs of 29.97 frames a second do not last two seconds."""
    return seconds - (0.5 / float(rate) if rate else 0.01)


def sheets_command(
    ffmpeg: str, tiles: Path, layout: Layout, names: Sequence[tuple[Path, Path]]
) -> list[str]:
    """Return the command that writes each sheet as WebP and as JPEG, by the pairs of paths in
    `names`. Unused places of a row are black."""
    size = f"{layout.tile_width}x{layout.tile_height}"
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-filter_complex_threads", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p"]
    argv += ["-s", size, "-protocol_whitelist", inputs.PROTOCOLS, "-i", str(tiles)]
    argv += ["-filter_complex", ";".join(_laid_out(layout.sheets))]
    plain = ["-frames:v", "1", "-map_metadata", "-1"]
    for sheet, (webp, jpeg) in zip(layout.sheets, names, strict=True):
        argv += ["-map", f"[webp{sheet.number}]", *plain, "-c:v", "libwebp"]
        argv += ["-quality", str(_WEBP_QUALITY), "-f", "webp", str(webp)]
        argv += ["-map", f"[jpeg{sheet.number}]", *plain, "-c:v", "mjpeg"]
        argv += ["-q:v", str(_JPEG_QUALITY), "-f", "image2", "-update", "1", str(jpeg)]
    return argv


def _laid_out(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield the parts of the graph from raw tiles to sheets."""
    yield f"[0:v]split={len(sheets)}" + "".join(f"[of{sheet.number}]" for sheet in sheets)
    for sheet in sheets:
        cut = f"trim=start_frame={sheet.first}:end_frame={sheet.end},setpts=N/25/TB"
        told = "setparams=range=tv:colorspace=smpte170m"
        both = f"tile={sheet.columns}x{sheet.rows},{told},split[webp{sheet.number}]"
        yield f"[of{sheet.number}]{cut},{both}[full{sheet.number}]"
        jpeg = ",".join(picture_colors.filters("jpg"))
        yield f"[full{sheet.number}]{jpeg}[jpeg{sheet.number}]"
