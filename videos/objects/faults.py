"""Record the faults that fsck found in stored objects. They are kept with the objects' rows, and
shown as notices of the playing releases, so that users learn what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from processing.ffmpeg import notices
from videos.models import Release, Source, StoredObject, Video
from videos.objects import picture_kinds
from videos.objects.listed import register_releases, register_sources

_TOLD = (notices.OUTPUT_MISSING, notices.PICTURE_MISSING, notices.ORIGINAL_MISSING)
_CODES = {notice.code for notice in _TOLD}
_PICTURES = (StoredObject.Role.PICTURE, StoredObject.Role.POSTER)


@dataclass(frozen=True)
class Fault:
    """The fault of an object, empty if it has none any more, and the owner of the object."""

    storage: str
    key: str
    fault: str
    release: str | None
    source: str | None


def keep(found: Sequence[Fault]) -> None:
    """Store the faults of objects, and update the notices. Objects without a row, which only a
    column names, are registered first."""
    for one in found:
        row = StoredObject.objects.filter(storage=one.storage, key=one.key)
        if not row.update(fault=one.fault):
            register_releases([UUID(one.release)] if one.release else [])
            register_sources([UUID(one.source)] if one.source else [])
            row.update(fault=one.fault)
    needs = Q(pk__in={one.release for one in found if one.release}) | Q(
        videos__source__in={one.source for one in found if one.source}
    )
    playing = Release.objects.filter(needs, videos__isnull=False)
    for release in sorted(set(playing.values_list("pk", flat=True))):
        tell(release)


def tell(release: UUID) -> None:
    """Update the notices of a release."""
    with transaction.atomic():
        row = Release.objects.select_for_update().filter(pk=release)
        for before in row.values_list("notices", flat=True):
            told = [one for one in before or [] if one["code"] not in _CODES]
            now = [*told, *(notice.to_json() for notice in _notices(release))]
            if now != (before or []):
                row.update(notices=now)


def _notices(release: UUID) -> Iterable[notices.Notice]:
    made = _kept().filter(storage=StoredObject.Storage.OUTPUTS, release=release)
    pictures = made.filter(role__in=_PICTURES)
    for told, files in (
        (notices.OUTPUT_MISSING, made.exclude(role__in=_PICTURES)),
        (notices.PICTURE_MISSING, pictures),
    ):
        if missing := files.exclude(fault="").count():
            yield told(missing=missing, files=files.count())
    if faulty_sources().filter(videos__release=release).exists():
        yield notices.ORIGINAL_MISSING()


def faulty_sources() -> QuerySet[Source]:
    """Return the sources with a missing or damaged original."""
    faulty = StoredObject.objects.filter(storage=StoredObject.Storage.ORIGINALS).exclude(fault="")
    return Source.objects.filter(key__in=faulty.values("key"))


def is_faulty(output: str) -> bool:
    """Whether the output with this key is known to be missing or damaged."""
    return StoredObject.objects.filter(
        ~Q(fault=""), storage=StoredObject.Storage.OUTPUTS, key=output
    ).exists()


def broken_videos(videos: QuerySet[Video]) -> QuerySet[Video]:
    """Return those of the videos whose playing release lacks an object."""
    faulty: QuerySet[Any] = _kept().exclude(fault="").filter(release__isnull=False)
    return videos.filter(release__in=faulty.values("release"))


def faulty_pictures() -> QuerySet[StoredObject]:
    """Return the missing and damaged pictures of releases."""
    return _kept().filter(role__in=_PICTURES).exclude(fault="")


def lost_pictures(release: UUID) -> set[str]:
    """Return the kinds of a release's faulty pictures; none if other objects are faulty too."""
    faulty = _kept().filter(storage=StoredObject.Storage.OUTPUTS, release=release)
    names = set(faulty.exclude(fault="").values_list("key", flat=True))
    kinds = picture_kinds.among(names)
    return set() if names - kinds.keys() else set(kinds.values())


def _kept() -> QuerySet[StoredObject]:
    """Return the objects that are not being deleted."""
    return StoredObject.objects.exclude(state=StoredObject.State.DELETING)
