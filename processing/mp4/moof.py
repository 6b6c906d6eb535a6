"""A fragment: a moof box and the mdat after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from processing.mp4 import tfdt, tfhd, trun
from processing.mp4.box import Box, MalformedBoxes, box, child, children, read_bytes
from processing.mp4.tfhd import Defaults
from processing.mp4.trun import Sample

_MAX_MOOF = 8 * 1024 * 1024


@dataclass(frozen=True)
class TrackRun:
    """A fragment as it is stored: its first tick, its samples, and where their bytes begin."""

    start: int
    samples: tuple[Sample, ...]
    payload: int


def read_run(file: BinaryIO, moof: Box, mdat: Box, defaults: Defaults) -> TrackRun:
    """Return the samples of a moof box, which lie in a row in its mdat. Raises `MalformedBoxes`."""
    if mdat.offset != moof.end:
        raise MalformedBoxes("A moof box is not followed by its mdat box.")
    traf = child(read_bytes(file, moof.start, moof.end - moof.start, _MAX_MOOF), b"traf")
    defaults = tfhd.of_fragment(child(traf, b"tfhd"), defaults)
    start = tfdt.start(child(traf, b"tfdt"))
    truns = [body for kind, body in children(traf) if kind == b"trun"]
    samples = _in_a_row(truns, mdat.start - moof.offset, defaults)
    if not samples:
        raise MalformedBoxes("A fragment has no samples.")
    if sum(sample.size for sample in samples) > mdat.end - mdat.start:
        raise MalformedBoxes("A fragment is larger than its bytes.")
    return TrackRun(start, samples, mdat.start)


def later(moof: bytes, ticks: int) -> bytes:
    """Return the body of a moof box with every frame shown `ticks` later. Raises
    `MalformedBoxes`."""
    moved = len(_later(moof, ticks, 0)) - len(moof)
    return _later(moof, ticks, moved)


def _later(body: bytes, ticks: int, moved: int) -> bytes:
    made = b""
    for kind, old in children(body):
        new = old
        if kind == b"traf":
            new = _later(old, ticks, moved)
        elif kind == b"trun":
            new = trun.later(old, ticks, moved=moved)
        made += box(kind, new)
    return made


def _in_a_row(truns: Sequence[bytes], payload: int, defaults: Defaults) -> tuple[Sample, ...]:
    """Return the samples of all truns, each of which must begin where the one before ends; the
    first is `payload` bytes after the beginning of the moof box."""
    samples: list[Sample] = []
    for run in truns:
        begun = trun.data_offset(run)
        if begun is not None and begun != payload + sum(s.size for s in samples):
            raise MalformedBoxes("The samples of a fragment do not follow each other.")
        samples += trun.samples(run, defaults)
        if len(samples) > trun.MAX_SAMPLES:
            raise MalformedBoxes("A fragment has too many samples.")
    return tuple(samples)
