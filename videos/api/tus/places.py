"""The places at which tus is spoken, which differ in who sends bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from videos.ingest import addressed, delegated
from videos.ingest.receiving import Writer
from videos.ingest.services import EmptyFile

PREFIX = "/api/v1/tus/"
KEEP_FOR = timedelta(hours=24)
"""How long an upload of a user is kept after the last byte arrived."""


@dataclass(frozen=True)
class Place:
    """Where an upload has its address, how long it is kept after each byte (None: until it expires
    in any case), and how a whole file is stored."""

    address_of: Callable[[UUID], str]
    keep_for: timedelta | None
    complete: Callable[[Writer], Awaitable[object]]


def _address_of(upload_id: UUID) -> str:
    return f"{PREFIX}{upload_id}"


async def _complete(writer: Writer) -> None:
    if writer.offset == 0:
        raise EmptyFile
    await writer.complete()


OF_USERS = Place(_address_of, KEEP_FOR, _complete)
"""``/api/v1/tus/``, where users upload for themselves."""
OF_ADDRESSES = Place(delegated.path_of, None, addressed.complete)
"""``/u/``, where somebody without an account uploads for a user."""
