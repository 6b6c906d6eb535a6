"""The storages of originals and outputs, on disk or in an S3-compatible bucket.

Media never pass through ``storage.open()``, which on S3 reads whole objects into memory.
``MediaStorage`` has the methods that the pipeline uses instead.
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
    "gives_addresses_of_its_own",
    "originals",
    "outputs",
]


def originals() -> MediaStorage:
    """Return the storage of sources."""
    return cast(MediaStorage, storages["originals"])


def outputs() -> MediaStorage:
    """Return the storage of releases."""
    return cast(MediaStorage, storages["outputs"])


def gives_addresses_of_its_own() -> bool:
    """Return whether players fetch releases from a bucket, by addresses that cannot be revoked."""
    return any(getattr(place, "public_base", "") for place in outputs().places())
