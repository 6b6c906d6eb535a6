"""Videos that show the same scenes as another one, for moderators.

Two scenes are alike if their hashes differ by at most NEAR of 64 bits. To be found, a video needs
one scene that has the same 16 bits in one of its four bands, which an index answers; a copy with
several scenes nearly always has. All its scenes are then compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from videos import access
from videos.models import SceneHash, Video

NEAR = 8
MOST = 20
"""The number of videos that are answered."""
_MOST_COMPARED = 100
_LEAST_SHARE = 0.1
# Plain parts of many pictures have these bits.
_COMMON_BANDS = (0, -1)
_64_BITS = (1 << 64) - 1


@dataclass(frozen=True)
class Alike:
    """A video that is alike: ``share`` is the part (0 to 1) of the asked video's scenes that it
    shows too, and ``share_of_other`` the part of its own scenes that the asked one shows."""

    video: Video
    share: float
    share_of_other: float


def to(video: Video, viewer: access.Viewer) -> list[Alike]:
    """Return the videos, of those that the viewer may see, that are like this one: at most MOST,
    the most alike first. It takes four queries, however many videos there are."""
    own = _bits(SceneHash.objects.filter(release=video.release_id))
    scenes = own.get(video.release_id, []) if video.release_id else []
    if not scenes:
        return []
    others = access.inspectable_by(viewer).exclude(pk=video.pk)
    compared = _bits(SceneHash.objects.filter(release__in=_candidates(scenes, video, others)))
    near = {
        release: both
        for release, one in compared.items()
        if max(both := (_share(scenes, one), _share(one, scenes))) >= _LEAST_SHARE
    }
    best = sorted(near, key=lambda release: _worth(near[release]), reverse=True)[:MOST]
    shown = others.filter(release__in=best).select_related("source", "release")
    found = [
        Alike(one, *near[one.release_id])
        for one in shown.order_by("-pk")[: 10 * MOST]
        if one.release_id is not None
    ]
    found.sort(key=lambda one: _worth((one.share, one.share_of_other)), reverse=True)
    return found[:MOST]


def _worth(shares: tuple[float, float]) -> tuple[float, float]:
    """Return the sort key: a part of a film is as telling as the whole."""
    return max(shares), min(shares)


def _bits(rows: QuerySet[SceneHash]) -> dict[UUID, list[int]]:
    """Return the hashes of each release."""
    found: dict[UUID, list[int]] = defaultdict(list)
    for release, bits in rows.order_by().values_list("release", "bits"):
        found[release].append(bits)
    return found


def _candidates(scenes: Sequence[int], video: Video, others: QuerySet[Video]) -> list[UUID]:
    """Return the releases of other videos that share most bands with these scenes."""
    rows = [SceneHash.of(video.id, 0.0, bits & _64_BITS) for bits in scenes]
    shared = Q()
    for name in SceneHash.BANDS:
        values = {getattr(row, name) for row in rows}.difference(_COMMON_BANDS)
        shared |= Q(**{f"{name}__in": sorted(values)})
    found = SceneHash.objects.filter(shared, release__in=others.values("release"))
    counted = found.order_by().values("release").annotate(bands=Count("pk"))
    most = counted.order_by("-bands", "-release").values_list("release", flat=True)
    return list(most[:_MOST_COMPARED])


def _share(some: Sequence[int], others: Sequence[int]) -> float:
    near = (any(((one ^ other) & _64_BITS).bit_count() <= NEAR for other in others) for one in some)
    return sum(near) / len(some)
