"""Recognise a web page by its first bytes, whatever its headers say. Pure."""

import re

HEAD_BYTES = 1024
_BLANK = b" \t\r\n\x0b\x0c\xef\xbb\xbf"
_HTML = re.compile(
    rb"(?i)(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|title|body|script|meta)\b",
    re.DOTALL,
)
_OPENED = re.compile(rb"(?i)(<\?xml[^>]*>\s*)?<!--")


def is_html(head: bytes) -> bool:
    """Return whether bytes begin a web page."""
    text = _utf8(head).lstrip(_BLANK)
    return bool(_HTML.match(text) or _OPENED.match(text))


def _utf8(head: bytes) -> bytes:
    """Return text in UTF-16 without the zeros between its letters."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[2:].replace(b"\0", b"")
    return head
