"""Styles and regions of TTML: what of them has a counterpart in WebVTT."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from processing.captions.formats.placing import Box

Style = Mapping[str, str]
"""Values by the names of the attributes in the namespace of styles."""

KEPT = frozenset(
    ("fontStyle", "fontWeight", "textDecoration", "textAlign", "displayAlign", "origin", "extent",
     "ruby", "direction", "unicodeBidi", "writingMode")
)  # fmt: skip
"""What becomes a tag or a setting, or is known from the text itself."""
_INHERITED = ("fontStyle", "fontWeight", "textDecoration", "textAlign")
_PERCENT = re.compile(r"(-?\d{1,5}(?:\.\d{1,9})?)%\s+(-?\d{1,5}(?:\.\d{1,9})?)%", re.ASCII)
_PIXELS = re.compile(r"(-?\d{1,6}(?:\.\d{1,9})?)px\s+(-?\d{1,6}(?:\.\d{1,9})?)px", re.ASCII)
_CELLS = re.compile(r"(-?\d{1,5}(?:\.\d{1,9})?)c\s+(-?\d{1,5}(?:\.\d{1,9})?)c", re.ASCII)
_DEEPEST = 16


@dataclass
class Styles:
    """The styles and regions of a document by their ids; ``pixels`` is the size of the root in
    pixels, ``cells`` its columns and rows."""

    styles: dict[str, Style] = field(default_factory=dict)
    regions: dict[str, Style] = field(default_factory=dict)
    pixels: tuple[float, float] = (0.0, 0.0)
    cells: tuple[float, float] = (32.0, 15.0)

    def resolved(self, own: Style, references: str) -> Style:
        """Return the style of an element: what it refers to, and over that its own."""
        found: dict[str, str] = {}
        for name in references.split()[:_DEEPEST]:
            found |= self.styles.get(name, {})
        return {**found, **own}

    def inherited(self, parent: Style) -> Style:
        """Return what the children of an element have of its style."""
        return {name: parent[name] for name in _INHERITED if name in parent}

    def settings(self, region: str, style: Style) -> str:
        """Return the settings of a cue in a region, with the style of its paragraph."""
        told = self.regions.get(region, {})
        align = style.get("textAlign") or told.get("textAlign", "")
        if not told:
            return Box(align=align).settings() if align not in ("", "center") else ""
        x, y = self._pair(told.get("origin", "")) or (0.0, 0.0)
        width, height = self._pair(told.get("extent", "")) or (100.0 - x, 100.0 - y)
        display = told.get("displayAlign", "before")
        return Box(x, y, width, height, display, align).settings()

    def _pair(self, text: str) -> tuple[float, float] | None:
        """Return two lengths in percent of the root."""
        text = text.strip()
        if found := _PERCENT.fullmatch(text):
            return float(found[1]), float(found[2])
        for pattern, whole in ((_PIXELS, self.pixels), (_CELLS, self.cells)):
            found = pattern.fullmatch(text)
            if found and whole[0] > 0 and whole[1] > 0:
                return float(found[1]) * 100 / whole[0], float(found[2]) * 100 / whole[1]
        return None


def pair(text: str, unit: str) -> tuple[float, float] | None:
    """Return the two numbers of a size such as ``640px 480px`` or ``32 15``."""
    found = re.fullmatch(rf"(\d{{1,5}}){unit}\s+(\d{{1,5}}){unit}", text.strip(), re.ASCII)
    return (float(found[1]), float(found[2])) if found else None


def tags(style: Style) -> tuple[str, ...]:
    """Return the tags that a style stands for."""
    told = (
        ("b", style.get("fontWeight") == "bold"),
        ("i", style.get("fontStyle") in ("italic", "oblique")),
        ("u", "underline" in style.get("textDecoration", "").split()),
    )
    return tuple(name for name, on in told if on)
