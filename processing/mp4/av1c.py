"""The configuration of AV1 in MP4."""

from __future__ import annotations

from pathlib import Path

from processing.mp4 import obu
from processing.mp4.init_segment import read_init, read_runs


def take_sequence_header(path: Path) -> None:
    """Copy the sequence header of the samples into the configuration of a fragmented file of ours,
    if the configuration has another one of the same length. Raises `MalformedBoxes`."""
    with path.open("r+b") as file:
        init = read_init(file)
        told = obu.sequence_header(init.entry.configuration(b"av1C"))
        for _, _, run in read_runs(file, init):
            for unit in obu.units(file, run.payload, run.samples[0].size):
                if unit.kind == obu.SEQUENCE_HEADER and told and unit.size == len(told):
                    real = obu.payload(file, unit)
                    file.seek(init.data.index(told, init.data.index(b"av1C")))
                    file.write(real)
                    return
