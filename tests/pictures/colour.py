"""Colour by the standards' own formulas: from the codes of a file to an SDR screen, and back.

A signal is red, green and blue from 0 to 1; light is the same for a screen, 1 being SDR's white.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Signal = Sequence[float]

WHITE_NITS = 203
_GAMMA = 2.4
_KNEE = 0.5
_HLG_PEAK = 1000
# Weights of red and blue in luma.
_WEIGHTS = {
    "bt709": (0.2126, 0.0722),
    "smpte170m": (0.299, 0.114),
    "bt2020nc": (0.2627, 0.0593),
}
_TO_2020 = ((0.6274, 0.3293, 0.0433), (0.0691, 0.9195, 0.0114), (0.0164, 0.0880, 0.8956))
_TO_709 = ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187))


@dataclass(frozen=True)
class Coding:
    """What the codes of a file mean: the matrix, the transfer (`sdr`, `pq` or `hlg`), whether its
    primaries are those of BT.2020, and the brightest light in cd/m²."""

    matrix: str = "bt709"
    transfer: str = "sdr"
    wide: bool = False
    peak: float = 4000

    def coded(self, colour: Signal) -> tuple[float, float, float]:
        """Return luma (0 to 1) and chroma (-0.5 to 0.5) for a colour of an SDR screen."""
        signal = self._signal(colour)
        red, blue = _WEIGHTS[self.matrix]
        luma = red * signal[0] + (1 - red - blue) * signal[1] + blue * signal[2]
        return luma, (signal[2] - luma) / (2 - 2 * blue), (signal[0] - luma) / (2 - 2 * red)

    def shown(self, luma: float, of_blue: float, of_red: float) -> tuple[float, ...]:
        """Return the colour of an SDR screen for luma and chroma."""
        red, blue = _WEIGHTS[self.matrix]
        r, b = luma + of_red * (2 - 2 * red), luma + of_blue * (2 - 2 * blue)
        return self.converted((r, (luma - red * r - blue * b) / (1 - red - blue), b))

    def converted(self, signal: Signal) -> tuple[float, ...]:
        """Return the colour of an SDR screen for a signal in this transfer and these primaries."""
        if self.transfer == "sdr" and not self.wide:
            return tuple(_clipped(value) for value in signal)
        light = self._light([_clipped(value) for value in signal])
        if self.wide:
            light = _times(_TO_709, light)
        if self.transfer != "sdr":
            light = [_bent(max(0.0, value), self._peak) for value in light]
        return tuple(_clipped(max(0.0, value) ** (1 / _GAMMA)) for value in light)

    @property
    def _peak(self) -> float:
        return (_HLG_PEAK if self.transfer == "hlg" else self.peak) / WHITE_NITS

    def _light(self, signal: Signal) -> list[float]:
        if self.transfer == "pq":
            return [_from_pq(value) / WHITE_NITS for value in signal]
        if self.transfer == "hlg":
            scene = [_from_hlg(value) for value in signal]
            gain = _luma_2020(scene) ** 0.2 if any(scene) else 0.0
            return [value * gain * _HLG_PEAK / WHITE_NITS for value in scene]
        return [value**_GAMMA for value in signal]

    def _signal(self, colour: Signal) -> list[float]:
        if self.transfer == "sdr" and not self.wide:
            return list(colour)
        light = [value**_GAMMA for value in colour]
        if self.wide:
            light = _times(_TO_2020, light)
        if self.transfer == "pq":
            return [_to_pq(value * WHITE_NITS) for value in light]
        if self.transfer == "hlg":
            shares = [value * WHITE_NITS / _HLG_PEAK for value in light]
            gain = _luma_2020(shares) ** (-1 / 6) if any(shares) else 0.0
            return [_to_hlg(value * gain) for value in shares]
        return [value ** (1 / _GAMMA) for value in light]


def _times(rows: Sequence[Signal], light: Signal) -> list[float]:
    return [sum(a * b for a, b in zip(row, light, strict=True)) for row in rows]


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))


def _luma_2020(light: Signal) -> float:
    return 0.2627 * light[0] + 0.678 * light[1] + 0.0593 * light[2]


def _bent(light: float, peak: float) -> float:
    """The only function (ax + b)/(cx + d) that has a slope of 1 at the knee and is 1 at the
    peak."""
    if light <= _KNEE:
        return light
    over, room, span = light - _KNEE, 1 - _KNEE, peak - _KNEE
    return _KNEE + over * room * span / (room * span + over * (span - room))


_LOW, _MID, _HIGH = 3424 / 4096, 2413 / 128, 2392 / 128
_M1, _M2 = 2610 / 16384, 2523 / 32


def _to_pq(nits: float) -> float:
    power = (nits / 10_000) ** _M1
    return float(((_LOW + _MID * power) / (1 + _HIGH * power)) ** _M2)


def _from_pq(signal: float) -> float:
    power = signal ** (1 / _M2)
    return float(10_000 * (max(0.0, power - _LOW) / (_MID - _HIGH * power)) ** (1 / _M1))


_A, _B, _C = 0.17883277, 0.28466892, 0.55991073


def _to_hlg(scene: float) -> float:
    return math.sqrt(3 * scene) if scene <= 1 / 12 else _A * math.log(12 * scene - _B) + _C


def _from_hlg(signal: float) -> float:
    return signal**2 / 3 if signal <= 0.5 else (math.exp((signal - _C) / _A) + _B) / 12
