"""Read the bytes of a file, wherever it is, and tell one version of it from others."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings as site

from videos.ingest import image_imports
from videos.ingest import services as ingest
from videos.ingest.services import ArrivedFile
from videos.management.importing import buckets
from videos.management.importing.buckets import BucketObject
from videos.management.importing.reporting import Reporter
from videos.management.importing.sources import LocalFile
from videos.models import Upload
from videos.naming import clean_filename

Readable = LocalFile | BucketObject
_PROTOCOL = Upload.Protocol.COMMAND


def size_of(file: Readable) -> int:
    """Return the size of a file in bytes. Raises ``OSError``."""
    return file.size if isinstance(file, BucketObject) else file.path.stat().st_size


def identity_of(file: Readable) -> list[object]:
    """Return what tells this version of a file from all others. Raises ``OSError``."""
    if isinstance(file, BucketObject):
        return ["s3", buckets.place_of(file.bucket), file.name, file.etag, file.size]
    found = file.path.stat()
    return ["file", os.fspath(file.path.resolve()), found.st_size, found.st_mtime_ns]


def origin_of(file: Readable) -> str:
    """Return the address of an object; empty for a file of this machine."""
    return file.name[:2000] if isinstance(file, BucketObject) else ""


@contextmanager
def arrived(file: Readable, report: Reporter, *, named: bool = False) -> Iterator[ArrivedFile]:
    """Yield a file, hashed, on this machine. What was fetched is gone afterwards, also if the
    process is killed, unless it must have a name.

    Raises ``FetchFailed`` or ``OSError``.
    """
    size = size_of(file)
    with report.reading(file.name, size) as read:
        if isinstance(file, LocalFile):
            yield ingest.describe_file(file.path, protocol=_PROTOCOL, read=read)
            return
        image_imports.require_room(size)
        ingest.let_go_of_database()
        opened = tempfile.NamedTemporaryFile if named else tempfile.TemporaryFile
        with opened(dir=site.UPLOAD_DIR) as spool:
            sha256 = buckets.read(file, spool, read)
            path = spool.name if named else f"/proc/self/fd/{spool.fileno()}"
            name = clean_filename(file.key)
            yield ArrivedFile(Path(path), name, size, sha256, _PROTOCOL, keep=True)
