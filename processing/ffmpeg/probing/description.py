"""What ffprobe says of a file as a whole, and closer looks where that leaves open what is shown."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.probing import film, look, streams

# Video streams that are decoded to find out their form.
_LOOKED_INTO = 4


def load(raw: bytes) -> dict[str, Any]:
    """ffprobe's JSON. Raises `ProbeFailed` where it is none."""
    try:
        described = json.loads(raw.decode("utf-8", "replace"))
    except ValueError as error:
        raise ProbeFailed() from error
    if not isinstance(described, dict) or not isinstance(described.get("streams", []), list):
        raise ProbeFailed()
    return described


@dataclass(frozen=True)
class Asked:
    """ffprobe, and the file it is asked about."""

    ffprobe: str
    opened: Sequence[str]
    ask: Callable[[list[str]], bytes]


def completed(described: dict[str, Any], file: Asked) -> dict[str, Any]:
    """What was described, with what nothing but the packets or frames tell where that decides."""
    return _looked_into(_counted(described, file), file)


def _counted(described: dict[str, Any], file: Asked) -> dict[str, Any]:
    """What was described, with the packets of each video stream where that has to tell which
    is the film."""
    listed = described.get("streams") or []
    if not film.must_count([stream for stream in listed if film.is_video(stream)]):
        return described
    with contextlib.suppress(ProbeFailed):  # then marks and sizes must do
        counts = load(file.ask(film.argv(file.ffprobe, file.opened))).get("streams") or []
        return {**described, "streams": film.counted(listed, counts)}
    return described


def _looked_into(described: dict[str, Any], file: Asked) -> dict[str, Any]:
    """What was described; where nothing tells the form of any frames, with what the first of
    them tells when it is decoded."""
    listed = described.get("streams") or []
    if any(streams.is_decodable_video(stream) for stream in listed):
        return described
    hidden = [stream for stream in listed if film.is_video(stream)][:_LOOKED_INTO]
    for stream, packets in product(hidden, look.PACKETS):
        with contextlib.suppress(ProbeFailed):
            command = look.argv(file.ffprobe, file.opened, stream["index"], packets)
            found = look.completed(stream, load(file.ask(command)).get("frames"))
            if found:
                with_it = [found if other is stream else other for other in listed]
                return {**described, "streams": with_it}
    return described


def has_packets(file: Asked) -> bool:
    """Whether there is a packet of any stream at all."""
    shown = ["-v", "error", "-read_intervals", "%+#1", "-show_entries", "packet=stream_index"]
    command = [file.ffprobe, *shown, "-of", "json=compact=1", *file.opened]
    try:
        return bool(load(file.ask(command)).get("packets"))
    except ProbeFailed:
        return False
