"""Objects no row names: what killed and stale attempts stored.

An attempt stores first and lists afterwards, so what it stored before it died stands in no row.
A stale worker that lives removes its own; these find what is left.
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from videos.models import Chunk, Release
from videos.storage import StorageUnavailable, outputs

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

    A release's row stands before anything of it is stored. Lists folders, not objects.
    """
    try:
        folders = [name for name in outputs().folders(_ROOT) if _is_id(name)]
        swept = 0
        for start in range(0, len(folders), _BATCH):
            batch = folders[start : start + _BATCH]
            rows = Release.objects.filter(pk__in=batch).values_list("pk", flat=True)
            for name in set(batch) - {str(pk) for pk in rows}:
                outputs().delete_prefix(f"{_ROOT}{name}/")
                swept += 1
    except StorageUnavailable:
        return 0
    return swept


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
