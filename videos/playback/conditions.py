"""Whether a request wants what there is, by the conditions it makes (RFC 9110, 13.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus


def unmet(headers: Mapping[str, str], *, etag: str, modified: float | None) -> HTTPStatus | None:
    """What a GET or HEAD is answered instead: 304 when the client has it, 412 when it wanted
    another one; None to go on. ``modified`` in seconds since 1970, where that is known."""
    if (wanted := headers.get("if-match")) is not None:
        if not names(wanted, etag, weakly=False):
            return HTTPStatus.PRECONDITION_FAILED
    elif _is_newer(modified, headers.get("if-unmodified-since")) is True:
        return HTTPStatus.PRECONDITION_FAILED
    if (known := headers.get("if-none-match")) is not None:
        return HTTPStatus.NOT_MODIFIED if names(known, etag, weakly=True) else None
    if _is_newer(modified, headers.get("if-modified-since")) is False:
        return HTTPStatus.NOT_MODIFIED
    return None


def names(text: str, etag: str, *, weakly: bool) -> bool:
    """Whether a list of entity tags, or an asterisk, names one; ``weakly`` however both are marked.
    None of ours has a comma."""
    if text.strip() == "*":
        return True
    tags = [tag.strip() for tag in text.split(",")]
    if weakly:
        return etag.removeprefix("W/") in [tag.removeprefix("W/") for tag in tags]
    return not etag.startswith("W/") and etag in tags


def _is_newer(modified: float | None, date: str | None) -> bool | None:
    """Whether it was modified after a date, in whole seconds; None where either is not known."""
    if modified is None or date is None:
        return None
    try:
        told = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    if told.tzinfo is None:
        told = told.replace(tzinfo=UTC)
    return datetime.fromtimestamp(int(modified), UTC) > told
