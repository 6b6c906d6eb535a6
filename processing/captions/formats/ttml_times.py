"""Times of TTML: https://www.w3.org/TR/ttml2/#timing-value-time-expression."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from processing.captions.limits import MOST_MS

_FRACTION = r"[.,](\d{1,9})|:(\d{1,3})(?:\.(\d{1,3}))?"
_CLOCK = re.compile(rf"(\d{{1,4}}):(\d\d):(\d\d)(?:{_FRACTION})?", re.ASCII)
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|ms|m|s|f|t)", re.ASCII)
_UNITS: Mapping[str, Fraction] = {
    "h": Fraction(3_600_000), "m": Fraction(60_000), "s": Fraction(1000), "ms": Fraction(1),
}  # fmt: skip
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Clock:
    """What the root element says of times: frames a second, parts of a frame, ticks a second, and
    how many seconds one of the clock lasts: SMPTE time codes count 30 frames as a second where
    there are 29.97, unless they drop some."""

    frames: Fraction = Fraction(30)
    parts: int = 1
    ticks: Fraction = Fraction(1)
    second: Fraction = Fraction(1)

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Clock:
        """Return the clock of the parameters (`ttp:`) of the root element."""
        multiplier = re.fullmatch(
            r"(\d{1,6})[ :](\d{1,6})", parameters.get("frameRateMultiplier", "").strip(), re.ASCII
        )
        factor = Fraction(1)
        if multiplier and int(multiplier[1]) and int(multiplier[2]):
            factor = Fraction(int(multiplier[1]), int(multiplier[2]))
        frames = _number(parameters, "frameRate")
        parts = _number(parameters, "subFrameRate") or 1
        rate = (frames or 30) * factor
        default = rate * parts if frames else Fraction(1)
        counted = parameters.get("timeBase") == "smpte"
        drops = parameters.get("dropMode", "nonDrop") != "nonDrop"
        return cls(
            rate,
            parts,
            Fraction(_number(parameters, "tickRate") or default),
            1 / factor if counted and not drops else Fraction(1),
        )

    def read(self, text: str) -> Fraction | None:
        """Return a time in milliseconds, None if it is none."""
        text = text.strip()
        told = self._clock(text) if ":" in text else self._offset(text)
        return told if told is None or told <= MOST_MS else None

    def _clock(self, text: str) -> Fraction | None:
        found = _CLOCK.fullmatch(text)
        if found is None or int(found[2]) > 59 or int(found[3]) > 59:
            return None
        seconds = ((int(found[1]) * 60 + int(found[2])) * 60 + int(found[3])) * self.second
        if found[4]:
            seconds += Fraction(f"0.{found[4]}")
        if found[5]:
            seconds += (int(found[5]) + Fraction(int(found[6] or 0), self.parts)) / self.frames
        return seconds * 1000

    def _offset(self, text: str) -> Fraction | None:
        found = _OFFSET.fullmatch(text)
        if found is None:
            return None
        value = Fraction(found[1])
        if found[2] == "f":
            return value * 1000 / self.frames
        return value * 1000 / self.ticks if found[2] == "t" else value * _UNITS[found[2]]


def _number(parameters: Mapping[str, str], name: str) -> int:
    told = parameters.get(name, "").strip()
    return int(told) if _NUMBER.fullmatch(told) else 0
