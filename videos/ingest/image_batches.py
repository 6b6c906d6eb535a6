"""Import several images from URLs while one request waits: side by side, and bounded in time.

Videos of a batch are left to jobs. An image is complete with the answer, so a batch has to end
within the time that clients and proxies wait: no image begins late, and none may be slow. What was
not done in time is answered so, and has left nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass

from django.db import connection

from accounts.models import User
from videos.fetching.errors import FetchFailed
from videos.ingest import image_imports
from videos.ingest.images import ImageSettings
from videos.models import Image

AT_ONCE = 4
BEGIN_WITHIN_SECONDS = 30.0
"""An image that has not been begun by then is not begun."""
FETCH_SECONDS = 15.0
"""How long each may take to arrive."""
_PATIENCE_SECONDS = 10.0


class NotInTime(Exception):
    """Raised for an image that did not arrive within the time of a batch."""


@dataclass(frozen=True)
class Asked:
    """An image to import; ``sha256`` in hex, or empty."""

    url: str
    settings: ImageSettings
    sha256: str = ""


def import_all(owner: User, asked: Sequence[Asked]) -> list[Image | Exception]:
    """Import images; return for each, in the same order, the image or what ``import_url`` raised,
    or ``NotInTime``."""
    until = time.monotonic() + BEGIN_WITHIN_SECONDS
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="image-batch") as pool:
        # Each in the context of the request, whose key notes what is created.
        begun = [pool.submit(copy_context().run, _import, owner, one, until) for one in asked]
        return [each.result() for each in begun]


def _import(owner: User, asked: Asked, until: float) -> Image | Exception:
    if time.monotonic() > until:
        return NotInTime()
    try:
        return image_imports.import_url(
            owner,
            asked.url,
            asked.settings,
            sha256=asked.sha256,
            most_seconds=FETCH_SECONDS,
            patience=_PATIENCE_SECONDS,
        )
    except FetchFailed as failure:
        return NotInTime() if failure.code == "fetch_timeout" else failure
    except Exception as error:
        return error
    finally:
        connection.close()  # of this thread
