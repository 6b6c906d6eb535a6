"""Streams whose decoder does not open (USAC, broken headers). ffprobe then ends without describing
the others, so it is shown the file without the names of these codecs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg.probing import codec_names

# Decoders give the number of a kind of their codec that they do not support.
_KINDS = {"Audio object type 42": "xhe-aac"}


@dataclass(frozen=True)
class Unopened:
    """A stream whose decoder does not open: its index, its codec, and the places in the file that
    name the codec (first byte, number of bytes)."""

    index: int
    codec: str
    names: tuple[tuple[int, int], ...]


def find(log: str, path: Path) -> Unopened | None:
    """Return the stream that ffprobe says it could not open, None if it says nothing of the kind.
    Without `names` the stream cannot be hidden."""
    told = re.findall(r"^Could not open codec for input stream (\d{1,4})$", log, re.MULTILINE)
    if not told:
        return None
    index = int(told[-1])
    codec = _codec(log)
    return Unopened(index, codec, tuple(codec_names.find(path, index, codec)))


def _codec(log: str) -> str:
    kind = next((name for said, name in _KINDS.items() if said in log), None)
    decoders = re.findall(r"^\[(\w{2,32}) @ 0x\w+\] ", log, re.MULTILINE)
    return kind or (decoders[-1] if decoders else "unknown")
