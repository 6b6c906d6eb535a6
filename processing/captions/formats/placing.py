"""Boxes on the screen, as TTML and television have them, as settings of a WebVTT cue."""

from __future__ import annotations

from dataclasses import dataclass

_ALIGNED = {
    "start": "left", "left": "left", "end": "right", "right": "right", "center": "center",
    "justify": "center",
}  # fmt: skip


@dataclass(frozen=True)
class Box:
    """A rectangle in percent of the screen, and where text stands in it: ``display`` is `before`
    (at its top), `center` or `after`, ``align`` a value of `tts:textAlign`, or empty if nothing
    says it."""

    x: float = 0.0
    y: float = 0.0
    width: float = 100.0
    height: float = 100.0
    display: str = "after"
    align: str = ""

    def settings(self) -> str:
        """Return settings that all browsers follow. Text in the lowest third gets no line, so that
        two lines fit and controls push it up."""
        return " ".join(one for one in (self._line(), *self._column()) if one)

    def _line(self) -> str:
        if self.display == "before":
            return f"line:{_percent(self.y)}" if self.y < 200 / 3 else ""
        middle = self.y + self.height / 2
        edge = middle if self.display == "center" else self.y + self.height
        if edge >= 200 / 3:
            return ""
        return "line:0" if edge < 100 / 3 else "line:50%"

    def _column(self) -> tuple[str, ...]:
        align = _ALIGNED.get(self.align, "")
        if align == "left":
            return (f"position:{_percent(self.x)}" if self.x > 0 else "", "align:left")
        right = self.x + self.width
        if align == "right":
            return (f"position:{_percent(right)}" if right < 100 else "", "align:right")
        middle = self.x + self.width / 2
        if align and abs(middle - 50) > 5:
            return (f"position:{_percent(middle)}",)
        return ()


def _percent(value: float) -> str:
    return f"{round(min(100.0, max(0.0, value)))}%"
