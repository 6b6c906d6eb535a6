"""Where an FLV file says that it configures AAC. Source: Adobe Flash Video 10.1, annex E."""

from __future__ import annotations

from typing import BinaryIO

from processing.ffmpeg.probing.codec_names.reading import MOST_CHUNKS, Names, integer, read, size_of

_AUDIO, _AAC = 8, 10


def find(file: BinaryIO) -> Names:
    """Return the place of the mark on the first AAC configuration. Without that mark FFmpeg takes
    the configuration for audio that cannot be decoded."""
    at, end = integer(read(file, 5, 4), "big") + 4, size_of(file)
    for _ in range(MOST_CHUNKS):
        if at >= end:
            break
        kind, size, first = read(file, at, 1)[0], read(file, at + 1, 3), read(file, at + 11, 2)
        if kind == _AUDIO and first[0] >> 4 == _AAC and first[1] == 0:
            return [(at + 12, 1)]
        at += 11 + integer(size, "big") + 4
    return []
