"""ffprobe's description of a file, and further questions where it leaves open what is shown."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.probing import film, look, streams

# The most video streams that are decoded to find their format.
_LOOKED_INTO = 4


def load(raw: bytes) -> dict[str, Any]:
    """Return ffprobe's JSON. Raises `ProbeFailed` if it is not valid."""
    try:
        described = json.loads(raw.decode("utf-8", "replace"))
    except ValueError as error:
        raise ProbeFailed() from error
    if not isinstance(described, dict) or not isinstance(described.get("streams", []), list):
        raise ProbeFailed()
    return described


@dataclass(frozen=True)
class Asked:
    """The ffprobe program, the file it opens, and the function that runs it."""

    ffprobe: str
    opened: Sequence[str]
    ask: Callable[[list[str]], bytes]


def completed(described: dict[str, Any], file: Asked) -> dict[str, Any]:
    """Return the description, completed from packets or frames where only they can decide."""
    return _looked_into(_counted(described, file), file)


def _counted(described: dict[str, Any], file: Asked) -> dict[str, Any]:
    """Return the description with the packet counts of the video streams, if those must decide
    which stream is the film."""
    listed = described.get("streams") or []
    if not film.must_count([stream for stream in listed if film.is_video(stream)]):
        return described
    with contextlib.suppress(ProbeFailed):  # then marks and sizes must decide
        counts = load(file.ask(film.argv(file.ffprobe, file.opened))).get("streams") or []
        return {**described, "streams": film.counted(listed, counts)}
    return described


def _looked_into(described: dict[str, Any], file: Asked) -> dict[str, Any]:
    """Return the description; if no video stream has a known format, complete it with that of the
    first decoded frame."""
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
    """Whether the file has a packet of any stream."""
    shown = ["-v", "error", "-read_intervals", "%+#1", "-show_entries", "packet=stream_index"]
    command = [file.ffprobe, *shown, "-of", "json=compact=1", *file.opened]
    try:
        return bool(load(file.ask(command)).get("packets"))
    except ProbeFailed:
        return False
