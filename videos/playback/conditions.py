"""Evaluate the preconditions of a request (RFC 9110, 13.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus


def unmet(headers: Mapping[str, str], *, etag: str, modified: float | None) -> HTTPStatus | None:
    """Return the status to answer a GET or HEAD with if a precondition fails: 304 if the client has
    this version, 412 if it wanted another one. Return None to go on. ``modified`` is in seconds
    since 1970, or None if unknown."""
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
    """Return whether a list of entity tags, or an asterisk, matches this tag; with ``weakly`` even
    if one of them is weak. Our tags contain no comma."""
    if text.strip() == "*":
        return True
    tags = [tag.strip() for tag in text.split(",")]
    if weakly:
        return etag.removeprefix("W/") in [tag.removeprefix("W/") for tag in tags]
    return not etag.startswith("W/") and etag in tags


def _is_newer(modified: float | None, date: str | None) -> bool | None:
    """Return whether the object was modified after a date, in whole seconds; None if either is
    unknown."""
    if modified is None or date is None:
        return None
    try:
        told = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    if told.tzinfo is None:
        told = told.replace(tzinfo=UTC)
    return datetime.fromtimestamp(int(modified), UTC) > told
