"""The names of downloaded files. Pure."""

from pathlib import Path

from django.utils.http import content_disposition_header

PARAMETER = "download"
"""The query parameter of a file's address that makes browsers save the file instead of showing
it."""
_RESERVED = frozenset('\\/:*?"<>|')
# File systems allow 255 bytes. The rung's name and a browser's suffix for a second copy must fit
# too.
_LONGEST_BYTES = 180
_LONGEST_SUFFIX = 20


def of(title: str, name: Path) -> str:
    """Return a name made of the video's title and the file's own name: ``A walk 720p.mp4``."""
    shown = "".join(c if c.isprintable() and c not in _RESERVED else " " for c in title)
    short = shown.encode()[:_LONGEST_BYTES].decode(errors="ignore")
    # A file whose name begins with a dot is hidden.
    words = " ".join(short.split()).lstrip(". ") or "Untitled"
    return f"{words} {name.stem}{name.suffix}"


def safe(filename: str) -> str:
    """Return the name of an uploaded file as one under which it can be saved anywhere."""
    shown = "".join(c if c.isprintable() and c not in _RESERVED else " " for c in filename)
    # A file whose name begins with a dot is hidden.
    name = Path(" ".join(shown.split()).lstrip(". ") or "original")
    stem, suffix = (name.stem, name.suffix) if len(name.suffix) <= _LONGEST_SUFFIX else (name, "")
    return str(stem).encode()[:_LONGEST_BYTES].decode(errors="ignore").strip() + suffix


def attachment(filename: str) -> str:
    """Return the Content-Disposition header that saves an uploaded file under its safe name."""
    return content_disposition_header(as_attachment=True, filename=safe(filename)) or "attachment"


def disposition(title: str, name: Path) -> str:
    """Return the Content-Disposition header that saves the file under that name (RFC 6266)."""
    return content_disposition_header(as_attachment=True, filename=of(title, name)) or "attachment"
