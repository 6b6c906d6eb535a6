"""Register objects that columns name but the registry does not know.

The previous version writes ``Chunk.key``, ``Rendition.download_key``, ``Release.poster_key`` and
``Source.key`` too, but registers nothing. Each statement here may be repeated at any time: known
objects are skipped. A migration runs them, so they use only columns that exist since
``0009_stored_objects``.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, models

from videos import keys
from videos.models import (
    Chunk,
    Image,
    Picture,
    Release,
    Rendition,
    Sound,
    Source,
    StoredObject,
    Track,
    Upload,
    Video,
)

_INTO = (
    "INSERT INTO videos_storedobject"
    " (storage, key, role, {owner}, bytes, content_type, state, attempt, created_at, tries) "
)
_ONCE = " ON CONFLICT DO NOTHING"
_CHUNKS = (
    "SELECT 'outputs', c.key, 'chunk', r.release_id, c.bytes, 'video/mp4', 'stored', NULL,"
    " l.created_at, 0 FROM videos_chunk c JOIN videos_rendition r ON r.id = c.rendition_id"
    " JOIN videos_release l ON l.id = r.release_id WHERE l.id IN ({ids})"
)
_DOWNLOADS = (
    "SELECT 'outputs', r.download_key, 'download', r.release_id, r.download_bytes, 'video/mp4',"
    " 'stored', NULL, l.created_at, 0 FROM videos_rendition r JOIN videos_release l"
    " ON l.id = r.release_id WHERE r.download_key <> '' AND l.id IN ({ids})"
)
_POSTERS = (
    "SELECT 'outputs', l.poster_key, 'poster', l.id, NULL, 'image/jpeg', 'stored', NULL,"
    " l.created_at, 0 FROM videos_release l WHERE l.poster_key <> '' AND l.id IN ({ids})"
)
_SOURCES = (
    "SELECT 'originals', s.key, 'original', s.id, s.size, 'application/octet-stream', 'stored',"
    " NULL, s.created_at, 0 FROM videos_source s WHERE s.id IN ({ids})"
)


def register_releases(release_ids: Iterable[UUID]) -> int:
    """Register the objects that releases, renditions and chunks name; return how many were new."""
    ids = list(release_ids)
    return sum(_insert(what, "release_id", ids) for what in (_CHUNKS, _DOWNLOADS, _POSTERS))


def register_sources(source_ids: Iterable[UUID]) -> int:
    """Register the originals of sources; return how many were new."""
    return _insert(_SOURCES, "source_id", list(source_ids))


def listed_among(storage: str, among: Sequence[str]) -> set[str]:
    """Return those of the keys that a column names, whatever the registry says of them."""
    if storage == StoredObject.Storage.ORIGINALS:
        unfinished = Upload.objects.filter(finished_at=None)
        kept = Source.objects.filter(dropped_at=None)
        tracks = Track.objects.filter(original_key__in=among)
        named = (
            kept.filter(key__in=among).values_list("key", flat=True),
            unfinished.filter(key__in=among).values_list("key", flat=True),
            tracks.values_list("original_key", flat=True),
        )
        return {key for rows in named for key in rows}
    # Look them up by release, since only the release columns are indexed.
    releases = {release for key in among if (release := keys.release_of(key)) is not None}
    images = {image for key in among if (image := keys.image_of(key)) is not None}
    posters = {poster for key in among if (poster := keys.poster_of(key)) is not None}
    return set(among) & (_outputs_of(releases) | _shown_of(images) | _posters_among(posters))


def _outputs_of(releases: Iterable[UUID]) -> set[str]:
    ids = list(releases)
    named = (
        Chunk.objects.filter(rendition__release__in=ids).values_list("key", flat=True),
        Rendition.objects.filter(release__in=ids).values_list("download_key", flat=True),
        Release.objects.filter(pk__in=ids).values_list("poster_key", flat=True),
        Release.objects.filter(pk__in=ids).values_list("small_poster_key", flat=True),
        Picture.objects.filter(release__in=ids).listed().values_list("key", flat=True),
        Sound.objects.filter(release__in=ids).values_list("key", flat=True),
    )
    return {key for rows in named for key in rows if key} if ids else set()


def _shown_of(images: Iterable[UUID]) -> set[str]:
    shown = Image.objects.filter(pk__in=list(images)).values_list("copy_key", "thumbnail_key")
    return {key for both in shown for key in both}


def _posters_among(posters: Iterable[UUID]) -> set[str]:
    given = Video.objects.filter(own_poster__in=list(posters)).values_list("own_poster", flat=True)
    return {key for poster in given if poster for key in keys.poster_files(poster)}


def _insert(select: str, owner: str, ids: list[UUID]) -> int:
    if not ids:
        return 0
    statement = _INTO.format(owner=owner) + select.format(ids=", ".join(["%s"] * len(ids))) + _ONCE
    field = models.UUIDField()
    with connection.cursor() as cursor:
        cursor.execute(statement, [field.get_db_prep_value(pk, connection) for pk in ids])
        return max(int(cursor.rowcount), 0)
