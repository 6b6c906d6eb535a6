"""Read what a picture's address asks for. Every value is checked, and nothing unknown is taken."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from videos.playback import filenames
from videos.playback.frames.refusals import PictureRefused

MOST_PIXELS_A_SIDE = 4096
MOST_MOVING_PIXELS = 640
MOST_SECONDS, LEAST_SECONDS = Fraction(10), Fraction(1, 4)
MOST_RATE = 30
_USUAL_SECONDS, _USUAL_RATE = Fraction(5), 15
FITS = ("preserve", "stretch", "crop", "pad", "smartcrop")
_TURNS = ("0", "90", "180", "270")
_FLIPS = ("h", "v", "hv")
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_STILL = ("time", "width", "height", "fit", "rotate", "flip")
_MOVING = ("start", "end", "width", "fps")


@dataclass(frozen=True)
class Still:
    """One frame: the second it is shown at (None: the middle), the box it is fitted into (pixels;
    None: as the video is), how it is fitted, turned clockwise (degrees), and flipped."""

    time: Fraction | None = None
    width: int | None = None
    height: int | None = None
    fit: str = "preserve"
    rotate: int = 0
    flip: str = ""


@dataclass(frozen=True)
class Moving:
    """Some seconds: from when to when, how many pixels wide at most, and frames a second at
    most."""

    start: Fraction
    end: Fraction
    width: int = MOST_MOVING_PIXELS
    rate: int = _USUAL_RATE


def still(query: Sequence[tuple[str, str]]) -> Still:
    """Return what the parameters of ``thumbnail`` ask for. Raises ``PictureRefused``."""
    told = _told(query, _STILL)
    return Still(
        time=_seconds(told, "time"),
        width=_whole(told, "width", MOST_PIXELS_A_SIDE),
        height=_whole(told, "height", MOST_PIXELS_A_SIDE),
        fit=_choice(told, "fit", FITS, "preserve"),
        rotate=int(_choice(told, "rotate", _TURNS, "0")),
        flip=_choice(told, "flip", _FLIPS, ""),
    )


def moving(query: Sequence[tuple[str, str]]) -> Moving:
    """Return what the parameters of ``animated`` ask for. Raises ``PictureRefused``."""
    told = _told(query, _MOVING)
    start = _seconds(told, "start") or Fraction(0)
    end = _seconds(told, "end")
    if end is None:
        end = start + _USUAL_SECONDS
    if end - start < LEAST_SECONDS:
        raise PictureRefused(400, "too_short", "end must be at least 0.25 seconds after start.")
    if end - start > MOST_SECONDS:
        raise PictureRefused(400, "too_long", "end may be at most 10 seconds after start.")
    return Moving(
        start=start,
        end=end,
        width=_whole(told, "width", MOST_MOVING_PIXELS) or MOST_MOVING_PIXELS,
        rate=_whole(told, "fps", MOST_RATE) or _USUAL_RATE,
    )


def nothing(query: Sequence[tuple[str, str]]) -> None:
    """Check that there is no parameter. Raises ``PictureRefused``."""
    _told(query, ())


def _told(query: Sequence[tuple[str, str]], known: Collection[str]) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for name, value in query:
        if name == filenames.PARAMETER:
            continue
        if name not in known:
            names = ", ".join(known) or "none"
            sentence = f"The address has a parameter that is not read here; those are: {names}."
            raise PictureRefused(400, "unknown_parameter", sentence)
        if name in told:
            raise PictureRefused(400, "repeated_parameter", f"{name} is given twice.")
        told[name] = value
    return told


def _seconds(told: Mapping[str, str], name: str) -> Fraction | None:
    if name not in told:
        return None
    if _NUMBER.fullmatch(told[name]) is None:
        sentence = f"{name} must be a number of seconds such as 12.5, with up to nine decimals."
        raise PictureRefused(400, "invalid", sentence)
    return Fraction(told[name])


def _whole(told: Mapping[str, str], name: str, most: int) -> int | None:
    if name not in told:
        return None
    value = int(told[name]) if _WHOLE.fullmatch(told[name]) else 0
    if not 1 <= value <= most:
        raise PictureRefused(400, "invalid", f"{name} must be a whole number from 1 to {most}.")
    return value


def _choice(told: Mapping[str, str], name: str, choices: Sequence[str], usual: str) -> str:
    value = told.get(name, usual)
    if name in told and value not in choices:
        sentence = f"{name} must be one of {', '.join(choices)}."
        raise PictureRefused(400, "invalid_choice", sentence)
    return value
