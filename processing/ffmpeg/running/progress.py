"""The output of `ffmpeg -progress pipe:1`, parsed as it arrives."""

from __future__ import annotations

from dataclasses import dataclass

_MAX_PENDING = 64 * 1024


@dataclass(frozen=True)
class Progress:
    """One report. `out_seconds` is the position in the output; `speed` is a multiple of real time,
    None if FFmpeg does not know it yet."""

    frame: int
    out_seconds: float
    speed: float | None


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "").strip().rstrip("x"))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None


def _progress(fields: dict[str, str]) -> Progress:
    micros = _number(fields.get("out_time_us")) or 0.0
    return Progress(
        frame=int(_number(fields.get("frame")) or 0),
        out_seconds=max(0.0, micros / 1_000_000),
        speed=_number(fields.get("speed")),
    )


class ProgressParser:
    """Turns pieces of `key=value` lines into reports; a `progress=` line ends each one."""

    def __init__(self) -> None:
        self._pending = b""
        self._fields: dict[str, str] = {}

    def feed(self, data: bytes) -> list[Progress]:
        """Take the next bytes, cut anywhere; return the reports they complete."""
        lines = (self._pending + data).split(b"\n")
        self._pending = lines.pop()[-_MAX_PENDING:]
        done: list[Progress] = []
        for line in lines:
            key, separator, value = line.decode("utf-8", "replace").strip().partition("=")
            if not separator:
                continue
            if key == "progress":
                done.append(_progress(self._fields))
                self._fields = {}
            elif len(self._fields) < 100:
                self._fields[key] = value
        return done
