"""The codecs that are packaged: one module for each, and one line for it here."""

from processing.mp4.box import MalformedBoxes
from processing.mp4.stsd import SampleEntry
from processing.packaging.codecs import aac, av1, avc, hevc, opus
from processing.packaging.codecs.codec import Codec

CODECS: tuple[Codec, ...] = (avc.CODEC, hevc.CODEC, av1.CODEC, aac.CODEC, opus.CODEC)
"""All codecs. Among those of frames and among those of audio, the one that every player knows is
first."""


def of_entry(entry: SampleEntry) -> Codec:
    """Return the codec of a sample description. Raises `MalformedBoxes`."""
    for codec in CODECS:
        if entry.kind in codec.entries:
            return codec
    raise MalformedBoxes("The codec is none we make.")


def of_string(codecs: str) -> str:
    """Return our name of the codec of an RFC 6381 string, or the string itself if we have none."""
    entry = codecs.split(".", maxsplit=1)[0].lower()
    for codec in CODECS:
        if any(kind.decode().lower() == entry for kind in codec.entries):
            return codec.name
    return codecs


def place(name: str) -> int:
    """Return the place of a codec in our order; unknown codecs come last."""
    return next((n for n, codec in enumerate(CODECS) if codec.name == name), len(CODECS))
