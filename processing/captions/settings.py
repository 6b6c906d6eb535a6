"""The settings of a WebVTT cue: which of them mean something, and where older formats put text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_NUMBER = r"\d{1,3}(?:\.\d{1,6})?"
_PERCENT = re.compile(rf"({_NUMBER})%", re.ASCII)
_KNOWN: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "vertical": "rl|lr",
        "line": rf"(?:-?\d{{1,3}}|{_NUMBER}%)(?:,(?:start|center|end))?",
        "position": rf"{_NUMBER}%(?:,(?:line-left|center|line-right))?",
        "size": f"{_NUMBER}%",
        "align": "start|center|end|left|right",
    }.items()
}

PLACES: Mapping[int, str] = {
    1: "align:left",
    2: "",
    3: "align:right",
    4: "line:50% align:left",
    5: "line:50%",
    6: "line:50% align:right",
    7: "line:0 align:left",
    8: "line:0",
    9: "line:0 align:right",
}
"""Where the keys of a number pad would be on the screen, as ASS and SRT number the places."""


def read(text: str, regions: Collection[str] = ()) -> tuple[str, bool]:
    """Return the settings that WebVTT knows, each once, and whether others were left out.

    ``regions`` are the names of the regions that there are.
    """
    kept: dict[str, str] = {}
    dropped = False
    for setting in text.split():
        name, _, value = setting.partition(":")
        if name == "align" and value == "middle":  # as WebVTT had it before 2014
            value = "center"
        if name not in kept and _is_valid(name, value, regions):
            kept[name] = value
        else:
            dropped = True
    return " ".join(f"{name}:{value}" for name, value in kept.items()), dropped


def place(settings: str) -> int:
    """Return the key of the number pad that is nearest to where the settings put a cue."""
    told = dict(one.partition(":")[::2] for one in settings.split())
    line = told.get("line", "-1").partition(",")[0]
    row = _row(float(line[:-1])) if line.endswith("%") else (0 if line.startswith("-") else 2)
    column = {"left": 1, "start": 1, "right": 3, "end": 3}.get(told.get("align", ""), 2)
    return row * 3 + column


def _row(percent: float) -> int:
    return 2 if percent < 100 / 3 else 1 if percent < 200 / 3 else 0


def _is_valid(name: str, value: str, regions: Collection[str]) -> bool:
    if name == "region":
        return value in regions
    known = _KNOWN.get(name)
    return known is not None and bool(known.fullmatch(value)) and _in_bounds(value)


def _in_bounds(value: str) -> bool:
    percent = _PERCENT.match(value)
    return percent is None or float(percent[1]) <= 100
