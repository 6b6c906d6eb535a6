"""Whether another file follows inside a file, in containers of which FFmpeg reads only the first.

Files of transport and programme streams, Matroska, MP3, AAC and bare streams may be joined end to
end: FFmpeg reads them to the end, and their clocks are mended. In other containers the rest is not
read, or only in part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from processing.mp4 import box, tfdt
from processing.mp4.box import Box, MalformedBoxes, children

_BLOCK = 1024 * 1024
_MAX_MOOF = 8 * 1024 * 1024
_MAX_MOOV = 64 * 1024 * 1024
# Bytes within which a header can be recognized.
_HEADER = 64
_PNG = rb"\x89PNG\r\n\x1a\n"
# How a file of each container begins: patterns that hardly anything else matches. The parts of an
# AVI of more than a gigabyte are called AVIX.
_BEGINNINGS = {
    "aiff": rb"FORM.{4}AIF[FC]",
    "apng": rb"IEND\xaeB`\x82" + _PNG,
    "asf": rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c",
    "avi": rb"RIFF.{4}AVI LIST",
    "caf": rb"caff\x00\x01\x00.desc",
    "flac": rb"fLaC[\x00\x80]\x00\x00\x22",
    "flv": rb"FLV\x01[\x00-\x07]\x00\x00\x00\x09\x00\x00\x00\x00",
    "gif": rb"\x3bGIF8[79]a",
    "ivf": rb"DKIF\x00\x00\x20\x00",
    "w64": rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00",
    "wav": rb"RIFF.{4}WAVEfmt ",
    "yuv4mpegpipe": rb"YUV4MPEG2 [A-Z]",
}


def is_any(path: Path, container: str, *, should_stop: Callable[[], str | None]) -> bool:
    """Whether a file holds another one behind the first; `container` is FFmpeg's name of its
    container. A file of gigabytes is read to its end for this, unless `should_stop` gives a
    reason."""
    try:
        with path.open("rb") as file:
            if container.startswith("mov,"):
                return _has_another_film(file)
            if container in _BEGINNINGS:
                return _begins_again(file, _BEGINNINGS[container], should_stop)
            return container == "ogg" and _is_chained_film(file, should_stop)
    except (MalformedBoxes, OSError, OverflowError):
        return False


def _begins_again(file: BinaryIO, beginning: bytes, should_stop: Callable[[], str | None]) -> bool:
    pattern = re.compile(beginning, re.DOTALL)
    return any(pattern.search(block) for block in _blocks(file, 1, should_stop))


def _blocks(file: BinaryIO, start: int, should_stop: Callable[[], str | None]) -> Iterator[bytes]:
    """Yield the bytes from `start` on in blocks; the end of each block comes again in the next
    one."""
    file.seek(start)
    kept = b""
    while (data := file.read(_BLOCK)) and not should_stop():
        yield kept + data
        kept = data[-_HEADER:]


def _is_chained_film(file: BinaryIO, should_stop: Callable[[], str | None]) -> bool:
    """Whether streams of an Ogg file begin behind its first frames. FFmpeg reads all chained
    streams of audio alone."""
    first_page = re.compile(rb"OggS\x00\x02.{20}\x01.\x80theora", re.DOTALL)
    found = sum(len(first_page.findall(block)) for block in _blocks(file, 0, should_stop))
    return found > 1


def _has_another_film(file: BinaryIO) -> bool:
    """Whether there are two films, each with its own type or its own index. A second copy of the
    same index is no second film, and neither are fragments whose clock goes on."""
    found = box.top(file)
    films = [number for number, one in enumerate(found) if one.kind == b"moov"]
    if len(films) < 2:
        return False
    first, second = films[:2]
    moofs = [number for number, one in enumerate(found) if one.kind == b"moof"]
    before = [number for number in moofs if number < second]
    after = [number for number in moofs if number > second]
    if before and after:
        return _start(file, found[after[0]]) <= _start(file, found[before[-1]])
    again = any(one.kind == b"ftyp" for one in found[first:second])
    bodies = [box.content(file, found[number], most=_MAX_MOOV) for number in (first, second)]
    return again or bodies[0] != bodies[1]


def _start(file: BinaryIO, moof: Box) -> int:
    """Return the tick at which the first run of a fragment starts."""
    for kind, traf in children(box.content(file, moof, most=_MAX_MOOF)):
        if kind == b"traf":
            return next((tfdt.start(body) for kind, body in children(traf) if kind == b"tfdt"), 0)
    return 0
