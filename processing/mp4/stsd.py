"""Sample descriptions: the codec of a track and its configuration."""

from __future__ import annotations

from dataclasses import dataclass

from processing.mp4.box import MalformedBoxes, children, unpack

_VISUAL_HEADER = 78
_AUDIO_HEADER = 28


@dataclass(frozen=True)
class SampleEntry:
    """A sample description: its `kind` (`avc1`) and the boxes in it."""

    kind: bytes
    boxes: bytes

    def configuration(self, kind: bytes) -> bytes:
        """Return the body of the first box of that kind (`avcC`)."""
        for name, body in children(self.boxes):
            if name == kind:
                return body
        raise MalformedBoxes(f"The {kind.decode('latin1')} box is missing.")


def first_entry(stsd: bytes, handler: str) -> SampleEntry:
    """Return the first sample description of the stsd box of a track with that `handler`."""
    size, kind = unpack(">I4s", stsd, 8)
    header = _VISUAL_HEADER if handler == "vide" else _AUDIO_HEADER
    return SampleEntry(kind, stsd[16 + header : 8 + size])
