"""What may arrive by a direct upload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from videos.ingest.direct.errors import FileEmpty, FileTooLarge, PartTooLarge, SizeDiffers
from videos.models import Upload
from videos.storage.multipart import LARGEST_OBJECT, MOST_PARTS, SMALLEST_PART, Part

_USUAL_PART = 8 * 1024**2
# Less than the protocol's 10,000, so that a part may be a little smaller than was told.
_PARTS = 9000


def most_bytes(upload: Upload) -> int:
    """Return how many bytes may arrive: those announced, else those allowed."""
    allowed: Any = upload.limits.get("max_size")
    return min(upload.size or LARGEST_OBJECT, allowed or LARGEST_OBJECT, LARGEST_OBJECT)


def part_size(upload: Upload) -> int:
    """Return the bytes of a part as the client is told them, which are also the most."""
    return max(_USUAL_PART, -(-most_bytes(upload) // _PARTS))


def is_possible(upload: Upload, number: int) -> bool:
    """Whether the upload may have a part of this number: no more than parts of the smallest size
    would need."""
    needed = max(1, -(-most_bytes(upload) // SMALLEST_PART))
    return 1 <= number <= min(MOST_PARTS, needed)


def require_parts(upload: Upload, parts: Sequence[Part]) -> None:
    """Raise the ``FileRefused`` that applies to these parts, if any does."""
    if any(one.size > part_size(upload) for one in parts):
        raise PartTooLarge
    require_size(upload, sum(one.size for one in parts))


def require_size(upload: Upload, size: int) -> None:
    """Raise the ``FileRefused`` that applies to a file of this size in bytes, if any does."""
    if size == 0:
        raise FileEmpty
    if upload.size is not None and size != upload.size:
        raise SizeDiffers
    if size > most_bytes(upload):
        raise FileTooLarge
