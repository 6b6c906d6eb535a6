"""Find the videos that need a faulty object."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from uuid import UUID

from django.db.models import Q

from videos import keys
from videos.inventory.findings import Found, Kind, Part
from videos.inventory.spool import ORIGINALS
from videos.models import Image, Track, Video
from videos.objects import picture_kinds
from videos.storage import MediaStorage, originals, outputs


def storage_of(name: str) -> MediaStorage:
    """Return the storage with this name."""
    return originals() if name == ORIGINALS else outputs()


def faults(kind: Kind, name: str, rows: Sequence[tuple[object, ...]]) -> Iterator[Found]:
    """Yield faults from rows (key, size, release, source), with the videos that need them;
    ``UNUSED`` if no video and no image does."""
    of_releases = _videos("release_id", [row[2] for row in rows])
    of_sources = _videos("source_id", [row[3] for row in rows])
    images, posters, tracks = _of_images(rows), _of_posters(rows), _of_tracks(rows)
    pictures = picture_kinds.among([str(row[0]) for row in rows])
    for key, size, release, source in rows:
        videos = (
            *of_releases.get(str(release), ()),
            *of_sources.get(str(source), ()),
            *posters.get(keys.poster_of(str(key)), ()),
            *tracks.get(str(key), ()),
        )
        yield Found(
            kind if videos or str(key) in images else Kind.UNUSED,
            name,
            str(key),
            size if isinstance(size, int) else None,
            str(release) if release else None,
            str(source) if source else None,
            videos,
            _part(name, str(key), pictures),
        )


def _part(name: str, key: str, pictures: Container[str]) -> Part:
    if name == ORIGINALS:
        return Part.ORIGINAL
    if keys.poster_of(key) is not None:
        return Part.OWN_POSTER
    return Part.PICTURE if key in pictures else Part.OUTPUT


def _of_posters(rows: Sequence[tuple[object, ...]]) -> dict[UUID | None, tuple[str, ...]]:
    """Return the video of each poster that an owner gave."""
    posters = {poster for row in rows if (poster := keys.poster_of(str(row[0])))}
    given = Video.objects.filter(own_poster__in=posters).values_list("own_poster", "pk")
    return {poster: (str(video),) for poster, video in given} if posters else {}


def _of_tracks(rows: Sequence[tuple[object, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the video of each file of an added audio track."""
    among = [str(row[0]) for row in rows]
    kept = Track.objects.filter(original_key__in=among).values_list("original_key", "video")
    return {key: (str(video),) for key, video in kept}


def _of_images(rows: Sequence[tuple[object, ...]]) -> set[str]:
    """Return the keys of those objects that images need: shown ones and originals."""
    among = [str(row[0]) for row in rows]
    needed = Q(copy_key__in=among) | Q(thumbnail_key__in=among) | Q(source__key__in=among)
    named = Image.objects.filter(needed).values_list("copy_key", "thumbnail_key", "source__key")
    return {key for image in named for key in image}


def _videos(column: str, ids: Iterable[object]) -> dict[str, tuple[str, ...]]:
    wanted = {str(one) for one in ids if one}
    found: dict[str, tuple[str, ...]] = {}
    if wanted:
        rows = Video.objects.filter(**{f"{column}__in": wanted}).values_list(column, "pk")
        for owner, video in rows:
            found[str(owner)] = (*found.get(str(owner), ()), str(video))
    return found
