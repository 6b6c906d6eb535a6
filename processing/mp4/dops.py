"""The configuration of Opus in MP4."""

from __future__ import annotations

import struct
from pathlib import Path

from processing.mp4.box import MalformedBoxes
from processing.mp4.init_segment import read_init

# Bytes after the kind: a version and a number of channels, one byte each.
_PRE_SKIP = 4 + 2


def set_pre_skip(path: Path, samples: int) -> None:
    """Write into a file of ours how many samples players skip at the start. Raises
    `MalformedBoxes`."""
    with path.open("r+b") as file:
        init = read_init(file).data
        at = init.find(b"dOps", init.find(b"stsd"))
        if at < 0:
            raise MalformedBoxes("The dOps box is missing.")
        file.seek(at + _PRE_SKIP)
        file.write(struct.pack(">H", samples))
