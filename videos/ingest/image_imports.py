"""Import an image from a URL: fetch it at once, then take it in as any other."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from django.conf import settings as site
from django.db import connection

from accounts.models import User
from videos.fetching import partial, urls
from videos.fetching.download import Fetch, Fetched, Wanted
from videos.fetching.partial import Partial
from videos.ingest import images
from videos.ingest.examining import PATIENCE_SECONDS
from videos.ingest.images import ImageSettings
from videos.ingest.services import ArrivedFile
from videos.ingest.uploads import clean_filename
from videos.models import Image, Upload

MOST_SECONDS = 600.0


def import_url(
    owner: User,
    url: str,
    settings: ImageSettings,
    *,
    sha256: str = "",
    filename: str = "",
    protocol: Upload.Protocol = Upload.Protocol.URL,
    most_seconds: float = MOST_SECONDS,
    patience: float = PATIENCE_SECONDS,
    record: Callable[[Image], None] = images.nothing,
    should_stop: Callable[[], str | None] = lambda: None,
) -> Image:
    """Fetch the image at a URL, within ``most_seconds``, and store it. ``patience`` is how many
    seconds it waits until it is decoded.

    ``sha256`` in hex is what the file must have. Without a ``filename`` it is called as its server
    calls it. ``record`` is called as by ``images.take_image``. Raises ``urls.UrlWrong``,
    ``FetchFailed``, ``FetchStopped`` when ``should_stop`` gives a reason, and what
    ``images.take_image`` raises.
    """
    urls.require_fetchable(url, site.FETCH_PRIVATE)
    images.require_allowed(owner, settings)
    if not connection.in_atomic_block:
        connection.close()  # others can use it meanwhile
    # In the folder of uploads, where the file of a killed process is deleted a day later.
    with partial.held(uuid4(), Path(site.UPLOAD_DIR)) as part:
        try:
            fetched = _fetch(part, url, sha256, most_seconds, should_stop)
            name = filename or fetched.filename or urls.filename(url)
            file = ArrivedFile(
                part.path, clean_filename(name), fetched.size, fetched.sha256, protocol
            )
            origin = urls.shown(url)
            return images.take_image(
                owner, file, settings, origin_url=origin, patience=patience, record=record
            )
        finally:
            part.discard()


def _fetch(
    part: Partial,
    url: str,
    sha256: str,
    most_seconds: float,
    should_stop: Callable[[], str | None],
) -> Fetched:
    wanted = Wanted(url, site.MAX_IMAGE_BYTES, sha256, most_seconds=most_seconds)
    return Fetch(
        wanted, part, should_stop=should_stop, report=lambda _: None, make_room=require_room
    ).run()


def require_room(count: int) -> None:
    """Raise ``OSError`` if the disk of uploads has no room for that many more bytes."""
    if shutil.disk_usage(site.UPLOAD_DIR).free - count < site.MIN_FREE_UPLOAD_BYTES:
        raise OSError(errno.ENOSPC, "no room for the file")
