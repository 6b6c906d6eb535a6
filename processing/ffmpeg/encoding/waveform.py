"""The peaks of an audio file: a bounded number of them, which FFmpeg finds in one pass."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import printed

RATE = 48_000
_FINEST = RATE // 100
MOST_POINTS = 10_000
# A decoder may give this many seconds more than a file says.
_PADDING = 0.1
_LOWEST, _HIGHEST = -128, 127
_KEYS = ("lavfi.astats.Overall.Min_level", "lavfi.astats.Overall.Max_level")


@dataclass(frozen=True)
class Waveform:
    """The lowest and the highest sample of any channel (-128 to 127) in each stretch of
    ``samples_per_pixel`` samples, RATE of which last a second."""

    samples_per_pixel: int
    lowest: Sequence[int]
    highest: Sequence[int]

    def to_json(self) -> str:
        """Return it in audiowaveform's format, version 2."""
        data = [value for both in zip(self.lowest, self.highest, strict=True) for value in both]
        told = {
            "version": 2,
            "channels": 1,
            "sample_rate": RATE,
            "samples_per_pixel": self.samples_per_pixel,
            "bits": 8,
            "length": len(self.lowest),
            "data": data,
        }
        return json.dumps(told, separators=(",", ":"))

    def columns(self, width: int) -> list[tuple[float, float]]:
        """Return the lowest and highest sample (-1 to 1) of each of ``width`` equal stretches."""
        count = len(self.lowest)
        if not count:
            return [(0.0, 0.0)] * width
        spans = [
            slice(at * count // width, max((at + 1) * count // width, at * count // width + 1))
            for at in range(width)
        ]
        least = -_LOWEST
        return [(min(self.lowest[span]) / least, max(self.highest[span]) / least) for span in spans]


def samples_per_pixel(seconds: float) -> int:
    """Return how many samples each point stands for: a hundredth of a second, or more where that
    would be over MOST_POINTS of them."""
    samples = round((seconds + _PADDING) * RATE)
    return max(_FINEST, -(-samples // MOST_POINTS))


def command(ffmpeg: str, source: Path, out: Path, *, samples: int) -> list[str]:
    """Return the command that finds the peaks of every so many samples; `read` reads ``out``."""
    chain = [
        f"aformat=sample_fmts=fltp:sample_rates={RATE}",
        f"asetnsamples=n={samples}:p=0",
        "astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Min_level+Max_level",
        printed.into(out, audio=True),
    ]
    return [
        *[ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning"],
        *["-threads", "1", *inputs.opened(source), "-map", "0:a:0"],
        *["-af", ",".join(chain), "-f", "null", "-"],
    ]


def read(out: Path, *, samples: int) -> Waveform:
    """Return what the command found; at most twice MOST_POINTS, whatever it was told to read."""
    lowest, highest = (
        [_as_8_bits(value) for value, _ in zip(printed.numbers(out, key), range(2 * MOST_POINTS))]  # noqa: B905  # the shorter one ends it
        for key in _KEYS
    )
    count = min(len(lowest), len(highest))
    return Waveform(samples, lowest[:count], highest[:count])


def _as_8_bits(sample: float) -> int:
    return max(_LOWEST, min(_HIGHEST, round(sample * -_LOWEST)))
