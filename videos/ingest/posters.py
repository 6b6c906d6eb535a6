"""The poster that an owner gives a video, which is shown instead of the one that processing makes.

It belongs to the video: processing it again changes nothing, and deleting the video deletes it. The
full picture is kept beside those that are shown, so that other sizes can be made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from processing.images.examine import ImageInvalid, ImageTooLarge
from videos import keys, objects
from videos.events import log
from videos.ingest import closing
from videos.ingest.examining import examined
from videos.ingest.uploads import UploadCanceled
from videos.models import StoredObject, Upload, Video
from videos.storage import StorageUnavailable, outputs

_TYPES = {".jpg": "image/jpeg", ".webp": "image/webp"}
_LONGEST = {"poster": 1280, "poster-small": 640, "poster-320": 320, "full": 3840}
_SIDES = {name: _LONGEST[PurePosixPath(name).stem] for name in keys.POSTER_FILES}


class PosterInvalid(Exception):
    """Raised when a poster is no image of a known format, or cannot be decoded whole."""


class PosterTooLarge(Exception):
    """Raised when a poster has more bytes or pixels than allowed."""


@dataclass(frozen=True)
class Poster:
    """The pictures of a poster with their widths and heights in pixels, by the names of
    ``keys.POSTER_FILES``."""

    id: UUID
    files: Mapping[str, Path]
    sizes: Mapping[str, tuple[int, int]]

    def planned(self) -> list[objects.Planned]:
        """Return the objects that it is stored as, in the order of its files."""
        role = StoredObject.Role.POSTER
        return [
            objects.Planned(keys.in_poster(self.id, name), role, _type(name), file.stat().st_size)
            for name, file in self.files.items()
        ]

    def columns(self) -> dict[str, Any]:
        """Return the columns of a video that has this poster."""
        return {"own_poster": self.id, "own_poster_sizes": {str(self.id): dict(self.sizes)}}


@contextmanager
def prepared(path: Path, size: int = 0) -> Iterator[Poster]:
    """Decode a file, and yield a poster that is stored nowhere yet; its files are gone afterwards.
    ``size`` is in bytes, of a file that somebody sent.

    Raises ``PosterInvalid``, ``PosterTooLarge`` or ``ImagesUnavailable``.
    """
    if size > settings.MAX_IMAGE_BYTES:
        raise PosterTooLarge
    _let_go_of_database()
    with ExitStack() as stack:
        try:
            found = stack.enter_context(examined(path, _SIDES))
        except ImageInvalid as error:
            raise PosterInvalid from error
        except ImageTooLarge as error:
            raise PosterTooLarge from error
        yield Poster(uuid7(), found.files, found.sizes)


def give(upload: Upload, poster: Poster) -> None:
    """Store the poster of a video whose upload is open. Raises ``StorageUnavailable``, or
    ``UploadCanceled`` if it was canceled or deleted meanwhile."""
    planned = poster.planned()
    objects.write_ahead(planned, video_id=upload.video_id, token=upload.pk)
    _let_go_of_database()
    for one, file in zip(planned, poster.files.values(), strict=True):
        outputs().put_file(one.key, file, content_type=one.content_type)
    try:
        _record(upload, poster, planned)
    except UploadCanceled:
        closing.forget(upload)
        raise


def replace(video: Video, poster: Poster) -> None:
    """Show this poster for a video from now on, and delete the one that its owner gave before.

    Raises ``StorageUnavailable``, or ``Video.DoesNotExist`` if it was deleted meanwhile.
    """
    planned = poster.planned()
    objects.write_ahead(planned, video_id=video.pk, token=poster.id)
    _let_go_of_database()
    for one, file in zip(planned, poster.files.values(), strict=True):
        outputs().put_file(one.key, file, content_type=one.content_type)
    with transaction.atomic():
        standing = _locked(video)
        if objects.confirm(poster.id) != len(planned):
            raise StorageUnavailable("the poster was not stored in time")
        _show(standing, poster.columns())


def take_back(video: Video) -> None:
    """Show the poster that processing makes again; if there is no other, nothing changes. Raises
    ``Video.DoesNotExist`` if the video was deleted meanwhile."""
    with transaction.atomic():
        standing = _locked(video)
        if standing.own_poster is not None:
            _show(standing, {"own_poster": None, "own_poster_sizes": None})


def _locked(video: Video) -> Video:
    return Video.objects.select_for_update(of=("self",)).get(pk=video.pk, deleted_at=None)


def _show(video: Video, columns: Mapping[str, Any]) -> None:
    if video.own_poster is not None:
        objects.mark_poster(video.own_poster)
    Video.objects.filter(pk=video.pk).update(**columns)
    log.write("video.updated", video, changed=["poster"])


def _record(upload: Upload, poster: Poster, planned: list[objects.Planned]) -> None:
    if upload.video_id is None:
        raise UploadCanceled
    with transaction.atomic():
        video = Video.objects.filter(pk=upload.video_id, deleted_at=None)
        has_it = video.update(**poster.columns())
        is_open = Upload.objects.select_for_update().filter(pk=upload.pk, finished_at=None)
        if not has_it or not is_open.exists() or objects.confirm(upload.pk) != len(planned):
            raise UploadCanceled


def _type(name: str) -> str:
    return _TYPES[PurePosixPath(name).suffix]


def _let_go_of_database() -> None:
    """Close the database connection: others can use it meanwhile."""
    if not connection.in_atomic_block:
        connection.close()
