"""Originals and outputs, on disk or in an S3-compatible bucket.

Media never pass through ``storage.open()`` (on S3 that reads whole objects into memory);
what the pipeline needs instead stands in ``MediaStorage``.
"""

from typing import cast

from django.core.files.storage import storages

from videos.storage.base import (
    ListedObject,
    MediaStorage,
    ObjectMissing,
    StorageFull,
    StorageUnavailable,
)

__all__ = [
    "ListedObject",
    "MediaStorage",
    "ObjectMissing",
    "StorageFull",
    "StorageUnavailable",
    "originals",
    "outputs",
]


def originals() -> MediaStorage:
    """Where sources are kept."""
    return cast(MediaStorage, storages["originals"])


def outputs() -> MediaStorage:
    """Where releases are kept."""
    return cast(MediaStorage, storages["outputs"])
