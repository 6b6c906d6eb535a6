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
    "gives_addresses_of_its_own",
    "originals",
    "outputs",
]


def originals() -> MediaStorage:
    """Where sources are kept."""
    return cast(MediaStorage, storages["originals"])


def outputs() -> MediaStorage:
    """Where releases are kept."""
    return cast(MediaStorage, storages["outputs"])


def gives_addresses_of_its_own() -> bool:
    """Whether players fetch releases from a bucket, by addresses that nobody can take back."""
    return any(getattr(place, "public_base", "") for place in outputs().places())
