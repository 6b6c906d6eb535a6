"""What packaging asks of a codec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from processing.mp4.stsd import SampleEntry


@dataclass(frozen=True)
class Beginning:
    """What the first sample of a fragment is: `is_sync` says that decoding can begin there and that
    no frame after it refers to one before it; `own_parameters` that it comes with parameters its
    sample description does not have, so that it would not play behind the others."""

    is_sync: bool
    own_parameters: bool = False


class Codec(Protocol):
    """One codec: its `name` with us, the kinds of its sample descriptions (`entries`), and a
    regular expression of the strings that manifests may call it (`strings`)."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def entries(self) -> tuple[bytes, ...]: ...  # noqa: D102
    @property
    def strings(self) -> str: ...  # noqa: D102

    def codec_string(self, entry: SampleEntry) -> str:
        """The RFC 6381 string of a sample description. Raises `MalformedBoxes`."""

    def reordering(self, entry: SampleEntry) -> int:
        """How many frames at most are decoded before one that is shown earlier, by a sample
        description. Raises `MalformedBoxes`."""

    def beginning(self, file: BinaryIO, offset: int, size: int, entry: SampleEntry) -> Beginning:
        """What the sample of `size` bytes at `offset` is, by its bytes and not by its flags.
        Raises `MalformedBoxes`."""
