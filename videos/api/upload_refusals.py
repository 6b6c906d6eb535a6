"""What the address of a delegated upload answers, and why it refuses something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import structlog
from asgiref.typing import ASGISendCallable
from django.db import DatabaseError

from accounts import throttling
from accounts.verification import EmailNotVerified
from videos.api import problems
from videos.api.tus.refusals import Refused
from videos.ingest import receiving
from videos.ingest.addressed import BytesDiffer
from videos.ingest.delegated import (
    AddressCanceled,
    AddressExpired,
    AddressFailed,
    AddressUsed,
    BadAddress,
    OriginNotAllowed,
)
from videos.ingest.ranged_put import BadRange, Gap, SizeDiffers
from videos.ingest.services import EmptyFile
from videos.ingest.uploads import UploadCanceled, UploadNotAllowed
from videos.storage import StorageUnavailable

logger = structlog.get_logger(__name__)

_CANCELED = (410, "upload_canceled", "This upload was canceled. Ask for another address.")
_USED = (410, "upload_used", "A file was uploaded to this address before. Ask for another address.")


class TooManyRequests(Exception):
    """Raised when a client, or the clients of an address, ask too often."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class MethodUnknown(Exception):
    """Raised for a method that an address does not answer."""


_REFUSALS: Mapping[type[Exception], tuple[int, str, str]] = {
    BadAddress: (404, "not_found", "There is no upload at this address."),
    OriginNotAllowed: (
        403,
        "origin_not_allowed",
        "Only pages of another origin may upload to this address.",
    ),
    MethodUnknown: (405, "method_not_allowed", "Send the file by PUT."),
    AddressUsed: _USED,
    AddressExpired: (
        410,
        "upload_expired",
        "The time for this upload is over. Ask for another address.",
    ),
    AddressCanceled: _CANCELED,
    UploadCanceled: _CANCELED,
    AddressFailed: (
        410,
        "upload_failed",
        "The file could not be stored. Ask for another address.",
    ),
    receiving.UploadOver: _USED,
    UploadNotAllowed: (403, "upload_not_allowed", "The owner's account may not upload videos."),
    EmailNotVerified: (
        403,
        "email_not_verified",
        "The owner's email address is not confirmed.",
    ),
    EmptyFile: (400, "file_empty", "The file is empty. Choose another one."),
    BadRange: (
        400,
        "range_invalid",
        "Write Content-Range as `bytes 0-1048575/5000000`, with exactly these bytes as the body.",
    ),
    Gap: (
        409,
        "upload_gap",
        "Bytes before these are missing: ask by Content-Range `bytes */total` how far it is.",
    ),
    SizeDiffers: (409, "upload_size_differs", "The file was announced with another size."),
    receiving.SizeTaken: (409, "upload_size_differs", "The file was announced with another size."),
    BytesDiffer: (
        409,
        "upload_bytes_differ",
        "These bytes are not those that arrived before: it is another file.",
    ),
    receiving.UploadLocked: (
        503,
        "upload_busy",
        "Another request is sending bytes of this upload. Try again in a moment.",
    ),
    receiving.UploadElsewhere: (
        503,
        "upload_elsewhere",
        "The bytes so far are on another server. Try again.",
    ),
    receiving.DiskFull: (507, "disk_full", "The server has no room left for this file."),
    StorageUnavailable: (503, "storage_unavailable", "The storage is not responding."),
}
_RETRY_AFTER = {"upload_busy": "1", "upload_elsewhere": "1"}

KNOWN: tuple[type[Exception], ...] = (
    *_REFUSALS,
    receiving.TooManyBytes,
    TooManyRequests,
    DatabaseError,
)
"""The errors that ``of`` answers."""


@dataclass(frozen=True)
class Answer:
    """A status, what is told as JSON, and further headers."""

    status: int
    told: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def with_header(self, name: str, value: str) -> Answer:
        """Return the answer with one more header."""
        return replace(self, headers={**self.headers, name: value})

    async def send(self, send: ASGISendCallable, *, close: bool) -> None:
        """Send the answer; with ``close`` the rest of the request is not read."""
        body = b"" if self.told is None else json.dumps(self.told).encode()
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        if self.status != HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(len(body))
        headers |= self.headers
        headers |= {"Content-Type": self.content_type} if body else {}
        headers |= {"Connection": "close"} if close else {}
        pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": pairs,
                "trailers": False,
            }
        )
        await send({"type": "http.response.body", "body": body, "more_body": False})


def of_tus(refused: Refused, path: str) -> Answer:
    """Return the answer for a request that is no good tus."""
    problem = {**refused.problem, "instance": path}
    return Answer(refused.status, problem, refused.headers, problems.CONTENT_TYPE)


def of(error: Exception, path: str) -> Answer:
    """Return the answer for an error that is one of ``KNOWN``."""
    headers: dict[str, str] = {}
    if isinstance(error, DatabaseError):
        logger.warning("address_without_database", reason=type(error).__name__)
        problem = problems.database_away(path)
        headers = {"Retry-After": problems.RETRY_AFTER}
    elif isinstance(error, TooManyRequests):
        told = f"Too many requests. Try again in {error.seconds} seconds."
        problem = problems.body(429, throttling.CODE, told, instance=path)
        headers = {"Retry-After": str(error.seconds)}
    elif isinstance(error, receiving.TooManyBytes):
        told = f"The file may have {error.most:,} bytes at most."
        problem = problems.body(413, "upload_too_large", told, instance=path)
    else:
        status, code, told = _REFUSALS[type(error)]
        problem = problems.body(status, code, told, instance=path)
        headers = {"Retry-After": _RETRY_AFTER[code]} if code in _RETRY_AFTER else {}
    if problem["status"] == 405:
        headers["Allow"] = "PUT, OPTIONS"
    return Answer(problem["status"], problem, headers, problems.CONTENT_TYPE)
