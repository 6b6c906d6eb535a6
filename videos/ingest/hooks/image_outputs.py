"""Import the images that generators made: rows of their own, taken one at a time under a lease.

An image is fetched outside of any transaction. Its row becomes ``imported`` in the transaction that
writes the image, by compare-and-set, so a worker that dies and a second one that tries again make
one image together.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from processing.images.examine import ImageInvalid, ImageTooLarge
from videos.events import log
from videos.fetching.errors import FetchFailed, FetchStopped
from videos.fetching.urls import UrlWrong
from videos.folders import NoSuchFolder
from videos.ingest import image_imports, uploads
from videos.ingest.examining import ImagesUnavailable
from videos.ingest.hooks import waiting
from videos.ingest.images import ImageSettings
from videos.ingest.services import EmptyFile
from videos.ingest.settings import VideoSettings
from videos.models import Folder, GeneratedImage, Generation, HookDelivery, Image, Upload
from videos.storage import StorageUnavailable

logger = structlog.get_logger(__name__)

State = GeneratedImage.State
# Fetching takes ten minutes at most.
_LEASE = timedelta(minutes=20)
_BATCH_SECONDS = 30
_MOST_TRIES = 10
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=5), timedelta(minutes=30)


@dataclass(frozen=True)
class _Failure:
    """Why an image was not imported; it is given up after ``tries`` of these."""

    code: str
    message: str
    tries: int = 1


def plan(
    generation: Generation, delivery: HookDelivery, number: int, url: str, settings: VideoSettings
) -> GeneratedImage:
    """Have an output imported, with what of a video's settings an image has too."""
    asked = {
        "url": url,
        "title": settings.title,
        "folder": str(settings.folder) if settings.folder else None,
        "tags": list(settings.tags),
        "metadata": dict(settings.metadata),
        "external_id": settings.external_id,
        "provenance": dict(settings.provenance),
    }
    return GeneratedImage.objects.create(
        generation=generation, delivery=delivery, number=number, asked=asked, next_at=Now()
    )


def import_due(should_stop: Callable[[], str | None] = lambda: None) -> int:
    """Import the images that are due, for about half a minute; return how many were tried."""
    tried, until = 0, time.monotonic() + _BATCH_SECONDS
    while time.monotonic() < until and not should_stop() and (row := _take()) is not None:
        _import(row, should_stop)
        tried += 1
    return tried


def _take() -> GeneratedImage | None:
    """Claim the image that is due the longest; None if there is none."""
    due = waiting.images().order_by("next_at", "id")
    for row in due.select_related("generation__owner")[:10]:
        taken = waiting.images().filter(pk=row.pk, tries=row.tries)
        if taken.update(next_at=Now() + _LEASE, tries=F("tries") + 1):
            row.tries += 1
            return row
    return None


def _import(row: GeneratedImage, should_stop: Callable[[], str | None]) -> None:
    owner = row.generation.owner
    try:
        if not owner.is_active:
            raise uploads.UploadNotAllowed
        image_imports.import_url(
            owner,
            row.asked["url"],
            _settings(row),
            protocol=Upload.Protocol.HOOK,
            record=partial(_imported, row),
            should_stop=should_stop,
        )
    except FetchStopped:
        _put_off(row, timedelta(0), tries=F("tries") - 1)
    except uploads.UploadCanceled:
        pass  # another worker imported it, or its generation is gone
    except Exception as error:
        _failed(row, _failure_of(error), error)


def _settings(row: GeneratedImage) -> ImageSettings:
    """Return the settings of an image now; a folder that is gone in the meantime is left out."""
    asked = row.asked
    folders = Folder.objects.filter(pk=asked["folder"], owner=row.generation.owner_id)
    return ImageSettings(
        title=asked["title"],
        folder=folders.values_list("pk", flat=True).first() if asked["folder"] else None,
        tags=tuple(asked["tags"]),
        metadata=asked["metadata"],
        external_id=asked["external_id"],
        provenance=asked["provenance"],
    )


def _imported(row: GeneratedImage, image: Image) -> None:
    """Note that an image was imported, in the transaction that writes it. Raises
    ``UploadCanceled`` if that was done before."""
    if not _end(row, State.IMPORTED, image=image):
        raise uploads.UploadCanceled
    _tell_generation(row, {"kind": "image", "state": "imported", "image": str(image.pk)})


def _failed(row: GeneratedImage, failure: _Failure, error: Exception) -> None:
    if row.tries < failure.tries:
        wait: timedelta = min(_LONGEST_RETRY, _FIRST_RETRY * 2 ** (row.tries - 1))
        _put_off(row, wait)
        return
    if failure.code == "internal_error":
        logger.error("image_not_imported", image=str(row.pk), exc_info=error)
    with transaction.atomic():
        if not _end(row, State.FAILED, error_code=failure.code):
            return
        _tell_generation(row, {"kind": "image", "state": "not_imported", "error": failure.code})
        _tell_delivery(row, failure.code)
        log.write_image_failure(
            row.generation.owner_id,
            title=row.asked["title"],
            code=failure.code,
            message=failure.message,
        )


def _end(row: GeneratedImage, state: State, **fields: object) -> bool:
    """Close a row that waits; its address, which may be secret, is no longer kept."""
    standing = GeneratedImage.objects.filter(pk=row.pk, state=State.WAITING)
    return bool(standing.update(state=state, asked={}, next_at=None, **fields))


def _put_off(row: GeneratedImage, wait: timedelta, **fields: object) -> None:
    standing = GeneratedImage.objects.filter(pk=row.pk, state=State.WAITING, tries=row.tries)
    standing.update(next_at=Now() + wait, **fields)


def _tell_generation(row: GeneratedImage, told: dict[str, str]) -> None:
    locked = Generation.objects.select_for_update(of=("self",)).get(pk=row.generation_id)
    outputs = [*locked.outputs]
    if row.number < len(outputs):
        outputs[row.number] = told
        Generation.objects.filter(pk=locked.pk).update(outputs=outputs)


def _tell_delivery(row: GeneratedImage, code: str) -> None:
    """Have a report say what was left out; it is refused if nothing at all came of it."""
    of_row = HookDelivery.objects.filter(images=row.pk)
    of_row.filter(error_code="").update(error_code=code)
    outputs = Generation.objects.values_list("outputs", flat=True).get(pk=row.generation_id)
    if not any(one["state"] in ("imported", "waiting") for one in outputs):
        of_row.update(state=HookDelivery.State.REFUSED)


def _failure_of(error: Exception) -> _Failure:
    if isinstance(error, FetchFailed):
        return _Failure(error.code, error.message, error.tries)
    if isinstance(error, UrlWrong):
        return _Failure(error.code, error.message)
    for kind, failure in _FAILURES.items():
        if isinstance(error, kind):
            return failure
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _FULL
    tries = _MOST_TRIES if isinstance(error, DatabaseError) else 2
    return _Failure("internal_error", "Something went wrong; the log has the details.", tries)


_FULL = _Failure("disk_full", "The server's disk is full.", _MOST_TRIES)
_FAILURES: dict[type[Exception], _Failure] = {
    ImageInvalid: _Failure(
        "image_invalid", "This is no image of a known format that can be read to its end."
    ),
    EmptyFile: _Failure("image_invalid", "The file is empty."),
    ImageTooLarge: _Failure("image_too_large", "The image has too many bytes or pixels."),
    ImagesUnavailable: _Failure(
        "images_unavailable", "Images could not be decoded here.", _MOST_TRIES
    ),
    StorageUnavailable: _Failure(
        "storage_unavailable", "The storage could not save the file.", _MOST_TRIES
    ),
    NoSuchFolder: _Failure("no_such_folder", "The folder is gone.", _MOST_TRIES),
    uploads.UploadNotAllowed: _Failure("upload_not_allowed", "The owner may not upload any more."),
    uploads.ExternalIdTaken: _Failure(
        "external_id_taken", "Another image has the external id of this one."
    ),
}
