"""Decode pictures that arrived: in the sandbox, a few at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings

from processing.ffmpeg.errors import SandboxUnavailable, ToolMissing
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.images.examine import COPY_AND_THUMBNAIL, Examined, examine

_AT_ONCE = 2
PATIENCE_SECONDS = 60.0
"""How long a picture waits while others are decoded."""
# Each holds up to some hundred megabytes for some seconds.
_examinations = BoundedSemaphore(_AT_ONCE)


class ImagesUnavailable(Exception):
    """Raised when no program can decode images here at the moment."""


@contextmanager
def examined(
    path: Path,
    wanted: Mapping[str, int | None] = COPY_AND_THUMBNAIL,
    *,
    patience: float = PATIENCE_SECONDS,
) -> Iterator[Examined]:
    """Yield what the program made of a file; its folder is gone afterwards. ``patience`` is how
    many seconds it waits while others are decoded.

    Raises ``ImageInvalid``, ``ImageTooLarge`` or ``ImagesUnavailable``.
    """
    ffmpeg = FFmpeg(settings.FFMPEG, settings.FFPROBE, settings.ENV.sandbox)
    if not _examinations.acquire(timeout=patience):
        raise ImagesUnavailable
    with tempfile.TemporaryDirectory(prefix="image-", dir=settings.UPLOAD_DIR) as folder:
        try:
            found = examine(path.resolve(), Path(folder).resolve(), ffmpeg, wanted=wanted)
        except (SandboxUnavailable, ToolMissing) as error:
            raise ImagesUnavailable from error
        finally:
            _examinations.release()
        yield found
