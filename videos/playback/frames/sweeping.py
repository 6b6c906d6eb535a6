"""Keep the cache of pictures within its bounds, and forget the pictures of deleted releases."""

from __future__ import annotations

from videos.models import Release
from videos.playback.frames import cache


def sweep() -> int:
    """Delete the pictures of releases that are gone, what killed processes left behind, and the
    least used pictures that are too many. Return how many releases and pictures went."""
    known = cache.releases()
    there = set(Release.objects.filter(pk__in=known).values_list("pk", flat=True))
    gone = [release for release in known if release not in there]
    for release in gone:
        cache.forget(release)
    return len(gone) + cache.sweep()
