"""What the headers of an answer say of a file. Pure."""

from contextlib import suppress
from email.message import Message

import requests

from videos.fetching.partial import Validators


def validators_of(answer: requests.Response) -> Validators:
    """Return by what the server names this version of the file, and its whole size."""
    length = answer.headers.get("Content-Length", "")
    return Validators(
        etag=answer.headers.get("ETag", ""),
        modified=answer.headers.get("Last-Modified", ""),
        total=int(length) if length.isascii() and length.isdecimal() else None,
    )


def name_in(disposition: str) -> str:
    """Return the file name in a Content-Disposition header, or an empty string."""
    message = Message()
    with suppress(UnicodeError):  # many servers send UTF-8, and headers are read as Latin-1
        disposition = disposition.encode("latin-1").decode()
    message["Content-Disposition"] = disposition.replace("\r", " ").replace("\n", " ")
    with suppress(LookupError, ValueError):
        return message.get_filename("") or ""
    return ""
