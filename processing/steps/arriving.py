"""What all ways of fetching a file share: its limits, its reports, and storing it."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from processing.steps import tools, transfers
from processing.steps.context import TaskContext
from videos import arrivals, duplicates, quotas
from videos.fetching.errors import FetchFailed
from videos.fetching.pace import Speed
from videos.models import Upload
from videos.storage import originals


@dataclass(frozen=True)
class Arrival:
    """A file that was fetched and stored: its hash in hex, and what is known of it where it came
    from, each empty if that is unknown."""

    size: int
    sha256: str
    filename: str = ""
    title: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict)


def most_bytes(upload: Upload) -> int:
    """Return how many bytes the file of an upload may have."""
    return min(settings.FETCH_MAX_BYTES, upload.limits.get("max_size") or settings.FETCH_MAX_BYTES)


@contextmanager
def within_quotas(upload: Upload) -> Iterator[int]:
    """Yield how many bytes the file may have. Raises ``QuotaExceeded`` in place of the failure of a
    file that is larger than the plan of the upload's owner allows."""
    room, most = quotas.room_of(upload), most_bytes(upload)
    if room.most is None or room.most >= most:
        yield most
        return
    try:
        yield room.most
    except FetchFailed as failure:
        if failure.code != "fetch_too_large":
            raise
        raise room.exceeded() from failure


def require_room(folder: Path, count: int) -> None:
    """Raise ``OSError`` unless the disk has room for so many more bytes."""
    if shutil.disk_usage(folder).free - count < settings.MIN_FREE_DISK_BYTES:
        raise OSError(errno.ENOSPC, "no room for the file")


def report(context: TaskContext, upload: Upload, speed: Speed) -> None:
    """Record how far it is. It is for display only, so no error here ends the fetch."""
    context.report(min(1.0, speed.received / speed.total) if speed.total else 0.0, None)
    with suppress(DatabaseError):
        arrivals.report(
            upload.pk,
            received=speed.received,
            size=speed.total,
            bytes_a_second=speed.bytes_a_second,
        )
    tools.let_go_of_database()


def store(context: TaskContext, upload: Upload, path: Path, *, sha256: str) -> None:
    """Move a file into the storage, under a key that only this attempt writes. Raises ``Duplicate``
    before it stores a file that would then be refused."""
    duplicates.require_none(
        upload.owner, sha256, upload.settings.get("on_duplicate", duplicates.KEEP)
    )
    key = arrivals.new_key(upload)
    tools.let_go_of_database()
    transfers.ask(
        context,
        lambda: originals().take_file(key, path, content_type="application/octet-stream"),
    )
