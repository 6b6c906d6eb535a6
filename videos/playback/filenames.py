"""What a file is called on the disk of whoever downloads it. Pure."""

from pathlib import Path

from django.utils.http import content_disposition_header

PARAMETER = "download"
"""Behind the address of a file that is to be saved, and not to be shown."""
_RESERVED = frozenset('\\/:*?"<>|')
# File systems take 255; the rung and what a browser adds to a second one must fit, too.
_LONGEST_BYTES = 180


def of(title: str, name: Path) -> str:
    """By the video's title and the file's own name: ``A walk 720p.mp4``."""
    shown = "".join(c if c.isprintable() and c not in _RESERVED else " " for c in title)
    short = shown.encode()[:_LONGEST_BYTES].decode(errors="ignore")
    # A file that begins with a dot is hidden.
    words = " ".join(short.split()).lstrip(". ") or "Untitled"
    return f"{words} {name.stem}{name.suffix}"


def disposition(title: str, name: Path) -> str:
    """The Content-Disposition with which it is saved under that name (RFC 6266)."""
    return content_disposition_header(as_attachment=True, filename=of(title, name)) or "attachment"
