"""What a video contains, measured in one pass over a small rung and its audio: stretches that are
black, frozen or silent, scene cuts, and loudness by EBU R128."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import TypeVar

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import printed

Stretch = tuple[float, float]
_T = TypeVar("_T")
MOST_STRETCHES = 1000
MOST_CUTS = 5000
_BLACK_SECONDS, _FROZEN_SECONDS, _SILENT_SECONDS = 0.5, 2.0, 1.0
# The encode makes a still frame flicker a little at each keyframe.
_FROZEN_NOISE = 0.003
_SILENT_BELOW = "-50dB"
_CUT_SCORE = 10
# Loudness adds up: the last frames, of a tenth of a second each, tell it for all of the audio.
_LAST_SECONDS = 3.0
_GATE = -70.0
_SMALLEST_PEAK = 0.001

_BLACK = ("lavfi.black_start", "lavfi.black_end")
_FROZEN = ("lavfi.freezedetect.freeze_start", "lavfi.freezedetect.freeze_end")
_SILENT = ("lavfi.silence_start", "lavfi.silence_end")
_CUTS = "lavfi.scd.time"
_LOUDNESS = "lavfi.r128"


@dataclass(frozen=True)
class Facts:
    """Times in seconds, each stretch as its begin and end. What belongs to frames is None without
    frames, and what belongs to audio None without audio.

    ``loudness`` is in LUFS, None if all is below the gate of -70; ``loudness_range`` in LU;
    ``true_peak`` in dBTP, None if it is below -60. ``truncated`` names the lists that had more
    entries than are kept.
    """

    black: Sequence[Stretch] | None = None
    frozen: Sequence[Stretch] | None = None
    cuts: Sequence[float] | None = None
    silent: Sequence[Stretch] | None = None
    loudness: float | None = None
    loudness_range: float | None = None
    true_peak: float | None = None
    truncated: Sequence[str] = field(default=())


def command(
    ffmpeg: str, frames: Path | None, audio: Path | None, folder: Path, *, seconds: float
) -> list[str]:
    """Return the command that measures files of ours; at least one is given, and the audio lasts
    ``seconds``. `read` reads what it leaves in the folder."""
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning"]
    given = [path for path in (frames, audio) if path is not None]
    for path in given:
        argv += ["-threads", "1", *inputs.opened(path)]
    if frames is not None:
        argv += ["-map", "0:v:0", "-vf", ",".join(_of_frames(folder)), "-fps_mode", "passthrough"]
    if audio is not None:
        chain = ",".join(_of_audio(folder, seconds))
        argv += ["-map", f"{len(given) - 1}:a:0", "-af", chain]
    return [*argv, "-f", "null", "-"]


def _of_frames(folder: Path) -> Iterator[str]:
    yield f"blackdetect=d={_BLACK_SECONDS}"
    yield from (_into(folder, key) for key in _BLACK)
    yield f"freezedetect=n={_FROZEN_NOISE}:d={_FROZEN_SECONDS}"
    yield from (_into(folder, key) for key in _FROZEN)
    yield f"scdet=t={_CUT_SCORE}"
    yield _into(folder, _CUTS)


def _of_audio(folder: Path, seconds: float) -> Iterator[str]:
    yield f"silencedetect=n={_SILENT_BELOW}:d={_SILENT_SECONDS}"
    yield from (_into(folder, key, audio=True) for key in _SILENT)
    yield "ebur128=metadata=1:peak=true:framelog=verbose"
    yield f"aselect='gte(t,{max(0.0, seconds - _LAST_SECONDS):.3f})'"
    yield printed.into(folder / _LOUDNESS, audio=True)


def _into(folder: Path, key: str, *, audio: bool = False) -> str:
    return printed.into(folder / key, key, audio=audio)


def read(folder: Path, *, frames: float | None, audio: float | None) -> Facts:
    """Return what the command found in frames and audio that last so many seconds; None: there were
    none. What lasts to the end ends there."""
    cut: list[str] = []
    has_frames, has_audio = frames is not None, audio is not None
    black = _stretches(folder, _BLACK, frames or 0.0, _BLACK_SECONDS)
    frozen = _stretches(folder, _FROZEN, frames or 0.0, _FROZEN_SECONDS)
    silent = _stretches(folder, _SILENT, audio or 0.0, _SILENT_SECONDS)
    cuts = (round(time, 3) for time in printed.numbers(folder / _CUTS, _CUTS))
    return Facts(
        black=_bounded(black, "black", MOST_STRETCHES, cut) if has_frames else None,
        frozen=_bounded(frozen, "frozen", MOST_STRETCHES, cut) if has_frames else None,
        cuts=_bounded(cuts, "cuts", MOST_CUTS, cut) if has_frames else None,
        silent=_bounded(silent, "silent", MOST_STRETCHES, cut) if has_audio else None,
        **(_loudness(folder) if has_audio else {}),
        truncated=cut,
    )


def _stretches(
    folder: Path, keys: tuple[str, str], end: float, shortest: float
) -> Iterator[Stretch]:
    """Yield each begin with the end that follows it. A file ends at ``end``, or its filter did not
    say when the last stretch ended."""
    begins, ends = (printed.numbers(folder / key, key) for key in keys)
    for begin, until in zip_longest(begins, ends):
        if begin is None:
            return
        first, last = max(0.0, begin), end if until is None else until
        if last - first >= shortest - 0.001:
            yield round(first, 3), round(last, 3)


def _bounded(found: Iterator[_T], name: str, most: int, cut: list[str]) -> list[_T]:
    """Return at most so many; note in ``cut`` if there are more."""
    kept = list(islice(found, most))
    if next(found, None) is not None:
        cut.append(name)
    return kept


def _loudness(folder: Path) -> dict[str, float | None]:
    told = {name: _last(folder, name) for name in ("I", "LRA", "true_peak")}
    peak, loudness = told["true_peak"], told["I"]
    is_heard = loudness is not None and loudness > _GATE
    return {
        "loudness": loudness if is_heard else None,
        "loudness_range": told["LRA"] if is_heard else None,
        "true_peak": round(20 * math.log10(peak), 1) if peak and peak >= _SMALLEST_PEAK else None,
    }


def _last(folder: Path, name: str) -> float | None:
    found = None
    for found in printed.numbers(folder / _LOUDNESS, f"{_LOUDNESS}.{name}"):  # noqa: B007  # the last one counts
        pass
    return found
