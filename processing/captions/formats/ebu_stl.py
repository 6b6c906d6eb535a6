"""EBU STL, as EBU Tech 3264 has it: a header of 1,024 bytes and blocks of 128 with the texts.

ttconv, which reads it as well, shows comments as subtitles and passes over blocks with wrong times,
so that only its table of ISO 6937 is used.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from processing.captions import limits, markup
from processing.captions.draft import Draft
from processing.captions.errors import CaptionsUnreadable
from processing.captions.formats.placing import Box

_HEADER, _BLOCK = 1024, 128
_RATES: Mapping[bytes, float] = {
    b"STL23.01": 24000 / 1001, b"STL24.01": 24, b"STL25.01": 25, b"STL29.01": 30000 / 1001,
    b"STL30.01": 30, b"STL50.01": 50,
}  # fmt: skip
_ISO_8859 = {b"01": "iso8859_5", b"02": "iso8859_6", b"03": "iso8859_7", b"04": "iso8859_8"}
_USER_DATA, _LAST = 0xFE, 0xFF
_ITALIC, _UNDERLINED = {0x80: True, 0x81: False}, {0x82: True, 0x83: False}
_NEW_LINE, _UNUSED = 0x8A, 0x8F
_JUSTIFIED = {1: "left", 2: "center", 3: "right"}
_ROWS = 23

Decoder = Callable[[bytes], str]


@dataclass
class _Text:
    """A subtitle that may go on over several blocks; ``number`` is the first of them, from 1."""

    number: int
    field: bytes = b""


def is_it(data: bytes) -> bool:
    """Whether the file begins with the header of EBU STL."""
    return len(data) >= _HEADER and bool(re.fullmatch(rb"STL\d\d\.\d\d", data[3:11]))


def read(data: bytes, draft: Draft) -> None:
    """Read a file into the draft; what stands for the line of an error is the number of the
    block. Times are counted from the start of the programme, if the header says when that is."""
    rate = _RATES.get(data[3:11])
    if rate is None:
        raise CaptionsUnreadable("captions_frame_rate_unknown")
    blocks = [data[at : at + _BLOCK] for at in range(_HEADER, len(data), _BLOCK)]
    zero = _zero(data, blocks, rate)
    reader = _Reader(draft, _decoder(data[12:14]), rate, zero, _rows(data))
    for number, block in enumerate(blocks, start=1):
        if len(block) == _BLOCK:
            reader.take(number, block)
        elif block.strip(b"\0\x1a\r\n "):
            draft.wrong(number, "captions_line_unknown")


class _Reader:
    def __init__(self, draft: Draft, decode: Decoder, rate: float, zero: int, rows: int) -> None:
        self._draft, self._decode, self._rate = draft, decode, rate
        self._zero, self._rows = zero, rows
        self._text: _Text | None = None

    def take(self, number: int, block: bytes) -> None:
        extension = block[3]
        if extension == _USER_DATA or 0xF0 <= extension < _USER_DATA:
            self._draft.notice("captions_comments_dropped", number)
            return
        self._text = self._text or _Text(number)
        self._text.field += block[16:].partition(bytes([_UNUSED]))[0]
        if len(self._text.field) > 4 * limits.MOST_CHARACTERS:
            self._draft.wrong(number, "captions_cue_too_long")
            self._text = None
        elif extension == _LAST:
            self._finish(self._text, block)
            self._text = None

    def _finish(self, text: _Text, block: bytes) -> None:
        if block[15]:
            self._draft.notice("captions_comments_dropped", text.number)
            return
        start, end = (_time(block[at : at + 4], self._rate) for at in (5, 9))
        words, styled = _written(text.field, self._decode)
        if styled:
            self._draft.notice("captions_styling_dropped", text.number)
        box = self._box(block, words.count("\n") + 1)
        self._draft.add(
            text.number,
            None if start is None else start - self._zero,
            None if end is None else end - self._zero,
            words,
            settings=box.settings(),
        )

    def _box(self, block: bytes, lines: int) -> Box:
        """Return the rows that a text stands in; those of teletext are often two rows high."""
        top = min(100.0, max(0, block[13] - 1) / self._rows * 100)
        height = min(100.0 - top, lines / self._rows * 100)
        return Box(0, top, 100, height, "center", _JUSTIFIED.get(block[14], ""))


def _rows(data: bytes) -> int:
    told = data[253:255].strip()
    return int(told) if told.isdigit() and int(told) else _ROWS


def _zero(data: bytes, blocks: list[bytes], rate: float) -> int:
    """Return when the programme starts on the file's clock; 0 if that is after a text, and so
    cannot be meant."""
    told = data[256:264]
    if not told.isdigit():
        return 0
    zero = _time(bytes(int(told[at : at + 2]) for at in range(0, 8, 2)), rate) or 0
    starts = [_time(block[5:9], rate) for block in blocks if len(block) == _BLOCK and not block[15]]
    first = min((start for start in starts if start is not None), default=0)
    return zero if zero <= first else 0


def _time(told: bytes, rate: float) -> int | None:
    hours, minutes, seconds, frames = told
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= rate:
        return None
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + round(frames * 1000 / rate)


def _decoder(table: bytes) -> Decoder:
    if table in _ISO_8859:
        name = _ISO_8859[table]
        return lambda text: codecs.decode(text, name, "replace")
    from ttconv.stl import iso6937  # noqa: PLC0415  # only this format needs it

    return lambda text: str(iso6937.decode(text, "replace")[0])


def _written(field: bytes, decode: Decoder) -> tuple[str, bool]:
    """Return the text of a field with its tags, and whether it has colours or the like."""
    parts: list[str] = []
    run = bytearray()
    styled = False

    def flush() -> None:
        parts.append(markup.escaped(decode(bytes(run))))
        run.clear()

    for code in field:
        if 0x20 <= code < 0x7F or code >= 0xA0:
            run.append(code)
            continue
        flush()
        if code in _ITALIC:
            parts.append("<i>" if _ITALIC[code] else "</i>")
        elif code in _UNDERLINED:
            parts.append("<u>" if _UNDERLINED[code] else "</u>")
        elif code == _NEW_LINE:
            parts.append("\n")
        elif code < 0x20:  # colours and sizes of teletext take the place of a space
            styled = styled or code not in (0x07, 0x0A, 0x0B, 0x0C, 0x0D)
            parts.append(" ")
    flush()
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return _closed("\n".join(line for line in lines if line)), styled


def _closed(text: str) -> str:
    """Return the text with its tags closed at the end; each field begins upright and without a
    line."""
    begun = {tag: text.rfind(f"<{tag}>") for tag in ("i", "u")}
    left_open = [tag for tag, at in begun.items() if at > text.rfind(f"</{tag}>")]
    left_open.sort(key=lambda tag: begun[tag], reverse=True)
    return text + "".join(f"</{tag}>" for tag in left_open)
