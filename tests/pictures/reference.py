"""Reference decodes: the frames of a file as small grids of colours, at known times.

FFmpeg only decodes, turns frames upright by the file's matrix, takes fields apart (`yadif`) and
shrinks the codes to a grid. What the codes mean is worked out here, by `colour`.
"""

from __future__ import annotations

import json
import struct
import subprocess
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.pictures.colour import Coding

Colours = list[tuple[float, ...]]
"""The colours of a grid, row by row, each of red, green and blue from 0 to 255."""
MEAN, WORST = 3.0, 16.0
_TICKS = 1_000_000
# FFmpeg shrinks to so many pixels across and down each cell: it is not exact in larger steps.
_FINE = 8
_TRANSFERS = {"smpte2084": "pq", "arib-std-b67": "hlg"}
_STANDARD = ("smpte170m", "bt470bg")


@dataclass(frozen=True)
class Reference:
    """The frames of a file; `across` by `down` cells of each are looked at, without an eighth of
    their sides, if they have `edges` that coding blurs. The cells of a picture may be off by
    `mean` on the mean, and one of them by `worst`, of 255."""

    path: Path
    across: int
    down: int
    edges: bool = False
    mean: float = MEAN
    worst: float = WORST

    @property
    def edge(self) -> float:
        """The share of a cell's width and height that is left out at each side."""
        return 1 / 8 if self.edges else 0.0

    @cached_property
    def stream(self) -> dict[str, Any]:
        """What ffprobe says of the stream that a player shows, and of its first frame."""
        asked = ["-select_streams", "V:0", "-show_streams", "-show_frames", "-of", "json"]
        argv = ["ffprobe", "-v", "error", *asked, "-read_intervals", "%+#1", str(self.path)]
        told = json.loads(subprocess.run(argv, check=True, capture_output=True, timeout=60).stdout)
        [stream, *_] = told["streams"]
        return {**told["frames"][0], **stream}

    @property
    def turned(self) -> bool:
        """Whether the frames lie on their side."""
        told = [data.get("rotation", 0) for data in self.stream.get("side_data_list", [])]
        return any(round(abs(angle)) in (90, 270) for angle in told)

    @property
    def shape(self) -> float:
        """How much wider than high it is shown."""
        sar = self.stream.get("sample_aspect_ratio", "1:1").replace(":", "/")
        pixels = Fraction(sar) if not sar.startswith("0") and sar != "N/A" else Fraction(1)
        wide = self.stream["width"] * pixels / self.stream["height"]
        return float(1 / wide if self.turned else wide)

    @cached_property
    def coding(self) -> Coding:
        """What its codes mean. Untagged frames of less than 720 lines count as BT.601."""
        space = self.stream.get("color_space", "unknown")
        small = min(self.stream["width"], self.stream["height"]) < 720
        if space in _STANDARD or (space in ("unknown", "unspecified") and small):
            space = "smpte170m"
        matrix = space if space in ("smpte170m", "bt2020nc") else "bt709"
        wide = self.stream.get("color_primaries", "") == "bt2020"
        transfer = _TRANSFERS.get(self.stream.get("color_transfer", ""), "sdr")
        return Coding(matrix, transfer, wide, self._peak)

    @property
    def _peak(self) -> float:
        found: dict[str, float] = {}
        for data in self.stream.get("side_data_list", []):
            found |= {key: float(Fraction(str(data[key]))) for key in _LIGHT if data.get(key)}
        return max(400.0, min(10_000.0, next((found[k] for k in _LIGHT if k in found), 4000.0)))

    @cached_property
    def _decoded(self) -> tuple[list[float], bytes]:
        fields = "yadif=deint=interlaced," if self.stream.get("interlaced_frame") else ""
        given = "pc" if self._is_full else "tv"
        size = f"{self.across * _FINE}:{self.down * _FINE}"
        shrunk = f"scale={size}:flags=area+accurate_rnd+full_chroma_inp"
        graph = f"[0:V:0]{fields}{shrunk}:in_range={given}:out_range=pc,format=yuv444p16le"
        argv = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(self.path), "-filter_complex"]
        argv += [f"{graph},split[a][b]", "-map", "[a]", "-fps_mode", "passthrough"]
        argv += ["-f", "rawvideo", "pipe:1", "-map", "[b]", "-fps_mode", "passthrough"]
        argv += ["-enc_time_base", f"1/{_TICKS}", "-c:v", "rawvideo", "-f", "framecrc", "pipe:2"]
        done = subprocess.run(argv, check=True, capture_output=True, timeout=300)
        rows = [row.split(b",") for row in done.stderr.splitlines() if row.startswith(b"0,")]
        return [int(row[2]) / _TICKS for row in rows], done.stdout

    @property
    def _is_full(self) -> bool:
        return self.stream.get("color_range") == "pc" or self.stream["pix_fmt"].startswith("yuvj")

    @property
    def seconds(self) -> float:
        """When its last frame begins."""
        return self._decoded[0][-1]

    def near(self, second: float, frames: int = 1) -> list[Colours]:
        """Return the frame that is shown at a second, and so many before and after it."""
        times, _ = self._decoded
        shown = max(0, bisect_right(times, second + 0.002) - 1)
        around = range(max(0, shown - frames), min(len(times), shown + frames + 1))
        return [self._colours(number) for number in around]

    def _colours(self, number: int) -> Colours:
        planes = [self._means(number, plane) for plane in range(3)]
        return [
            tuple(255 * one for one in self.coding.shown(luma, blue - _MIDDLE, red - _MIDDLE))
            for luma, blue, red in zip(*planes, strict=True)
        ]

    def _means(self, number: int, plane: int) -> list[float]:
        """Return the mean code of each cell of a frame's plane, from 0 to 1."""
        pixels = self.across * self.down * _FINE**2
        begin = 2 * pixels * (3 * number + plane)
        values = struct.unpack_from(f"<{pixels}H", self._decoded[1], begin)
        first, last = round(self.edge * _FINE), _FINE - round(self.edge * _FINE)
        sums = [0] * (self.across * self.down)
        for place in range(0, pixels, _FINE):
            row, column = divmod(place // _FINE, self.across)
            if first <= row % _FINE < last:
                cell = row // _FINE * self.across + column
                sums[cell] += sum(values[place + first : place + last])
        return [one / ((last - first) ** 2 * 65535) for one in sums]


_MIDDLE = 32768 / 65535
_LIGHT = ("max_content", "max_luminance")
