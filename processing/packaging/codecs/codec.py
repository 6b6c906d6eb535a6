"""The interface between packaging and a codec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from processing.mp4.stsd import SampleEntry


@dataclass(frozen=True)
class Beginning:
    """The first sample of a fragment. `is_sync` says that decoding can begin there and no later
    frame refers to an earlier one. `own_parameters` says that it has parameters that its sample
    description lacks, so that it would not play after the other fragments."""

    is_sync: bool
    own_parameters: bool = False


class Codec(Protocol):
    """One codec: our `name` of it, the kinds of its sample descriptions (`entries`), and a regular
    expression for its names in manifests (`strings`)."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def entries(self) -> tuple[bytes, ...]: ...  # noqa: D102
    @property
    def strings(self) -> str: ...  # noqa: D102

    def codec_string(self, entry: SampleEntry) -> str:
        """Return the RFC 6381 string of a sample description. Raises `MalformedBoxes`."""

    def reordering(self, entry: SampleEntry) -> int:
        """Return how many frames at most are decoded before one that is shown earlier, according to
        a sample description. Raises `MalformedBoxes`."""

    def beginning(self, file: BinaryIO, offset: int, size: int, entry: SampleEntry) -> Beginning:
        """Return the facts about the sample of `size` bytes at `offset`, from its bytes and not
        from its flags. Raises `MalformedBoxes`."""
