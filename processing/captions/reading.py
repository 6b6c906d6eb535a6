"""Read a file of captions in whatever format and encoding it is."""

from __future__ import annotations

from pathlib import PurePath

from processing.captions import encoding, limits
from processing.captions.document import Document
from processing.captions.draft import Draft
from processing.captions.errors import CaptionsUnreadable
from processing.captions.formats import FORMATS, Format


def read(data: bytes, *, filename: str = "", format: str = "", language: str = "") -> Document:
    """Return the captions of a file, cleaned; its notices tell of all that was changed.

    The content says which format it is; ``filename`` decides between those that it may be, and
    ``format`` (a name in `FORMATS`) says it for sure. ``language`` (BCP 47) helps to guess the
    encoding of a file that is no Unicode. Raises ``CaptionsUnreadable``.
    """
    if len(data) > limits.MOST_BYTES:
        raise CaptionsUnreadable("captions_too_large")
    if not data.strip(b"\0 \t\r\n"):
        raise CaptionsUnreadable("captions_empty")
    draft = Draft()
    for kind in _kinds(filename, format):
        if kind.binary and kind.is_it(data):
            kind.read(data, draft)
            return draft.finish()
    text = encoding.decode(data, draft, language=language)
    if not text.strip("\0 \t\r\n"):
        raise CaptionsUnreadable("captions_empty")
    found = _found(text, filename, format)
    found.read(text, draft)
    return draft.finish()


def is_quick(data: bytes, *, filename: str = "", format: str = "") -> bool:
    """Whether `read` takes no foreign parser and no guess for a file, and little time: it is
    Unicode, no larger than ``limits.QUICK_BYTES``, and in a format that is read in linear time."""
    if len(data) > limits.QUICK_BYTES or any(
        kind.binary and kind.is_it(data) for kind in _kinds(filename, format)
    ):
        return False
    text = encoding.unicode(data)
    try:
        return text is not None and _found(text, filename, format).quick
    except CaptionsUnreadable:
        return True


def _found(text: str, filename: str, format: str) -> Format:
    kinds = [kind for kind in _kinds(filename, format) if not kind.binary]
    if format and kinds:
        return kinds[0]
    for kind in kinds:
        if kind.is_it(text):
            return kind
    raise CaptionsUnreadable("captions_format_unknown")


def _kinds(filename: str, format: str) -> list[Format]:
    """Return the formats to try, first the one that the name of the file says."""
    if format:
        if format not in FORMATS:
            raise CaptionsUnreadable("captions_format_unknown")
        return [FORMATS[format]]
    ending = PurePath(filename).suffix.lower()
    return sorted(FORMATS.values(), key=lambda kind: ending not in kind.endings)
