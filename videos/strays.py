"""Objects no row names: what killed and stale attempts stored.

An attempt stores first and lists afterwards, so what it stored before it died stands in no row.
A stale worker that lives removes its own; these find what is left.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from videos.models import Chunk, Release
from videos.storage import StorageUnavailable, outputs

logger = structlog.get_logger(__name__)

_BATCH = 100
_ROOT = "releases/"
# A worker frozen for longer than this is not expected to wake and store something more.
_SECOND_LOOK = timedelta(days=1)


def sweep_strays() -> int:
    """Delete what stands beside a complete release without being listed in it; how many.

    Looked for when its run is over, and once more a day later.
    """
    again = Q(swept_at__lt=F("completed_at") + _SECOND_LOOK) & Q(
        completed_at__lt=timezone.now() - _SECOND_LOOK
    )
    over = Release.objects.filter(
        Q(swept_at=None) | again,
        state=Release.State.COMPLETE,
        run__status__in=["succeeded", "failed", "canceled"],
    )
    swept = 0
    for release in over.order_by("completed_at")[:_BATCH]:
        try:
            swept += _sweep(release)
        except StorageUnavailable:
            break
        Release.objects.filter(pk=release.pk).update(swept_at=Now())
    return swept


def _sweep(release: Release) -> int:
    keys = Chunk.objects.filter(rendition__release=release).values_list("key", flat=True)
    joined = release.renditions.values_list("download_key", flat=True)
    listed = {*keys, *joined, release.poster_key}
    strays = [s.key for s in outputs().list_prefix(release.prefix) if s.key not in listed]
    for key in strays:
        outputs().delete_key(key)
    return len(strays)


def sweep_unknown() -> int:
    """Delete the objects of releases that have no row (any more); how many releases.

    A release's row stands before anything of it is stored. Where most have none, this is not the
    database that belongs to the storage: then nothing is deleted. Lists folders, not objects.
    """
    try:
        stored = [name for name in outputs().folders(_ROOT) if _is_id(name)]
        unknown = _unknown(stored)
        if 2 * len(unknown) > len(stored):
            logger.warning("storage_of_another", releases=len(stored), unknown=len(unknown))
            return 0
        for name in unknown:
            outputs().delete_prefix(f"{_ROOT}{name}/")
    except StorageUnavailable:
        return 0
    return len(unknown)


def _unknown(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        rows = Release.objects.filter(pk__in=batch).values_list("pk", flat=True)
        found += set(batch) - {str(pk) for pk in rows}
    return found


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
