"""Create an upload by tus: whole, partial, or made of parts."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from videos.api.asgi import Asked
from videos.api.tus import headers as read
from videos.api.tus.errors import HeaderInvalid
from videos.api.tus.headers import Concat
from videos.api.tus.places import KEEP_FOR
from videos.api.video_settings import VideoSettingsSerializer, parsed
from videos.ingest import receiving, uploads
from videos.ingest.services import EmptyFile
from videos.ingest.settings import VideoSettings
from videos.models import Upload


def create(user: User, asked: Asked) -> Upload:
    """Create the upload that a POST asks for. Raises ``RequestRefused``, and what the core
    raises."""
    concat = read.concat(asked.headers)
    echoed = asked.headers.get("upload-metadata", "")
    told = read.metadata(echoed)
    if concat.kind == "final":
        return _final(user, asked, concat, told, echoed)
    size = size_of(asked)
    if size is not None:
        _require_fitting(size)
    if concat.kind == "partial":
        return receiving.create_part(user, size=size, tus_metadata=echoed, expires_in=KEEP_FOR)
    if size == 0:
        raise EmptyFile
    return uploads.create(
        user,
        _settings(told),
        protocol=Upload.Protocol.TUS,
        filename=_filename(told),
        size=size,
        expires_in=KEEP_FOR,
        tus_metadata=echoed,
    )


def _final(user: User, asked: Asked, concat: Concat, told: dict[str, str], echoed: str) -> Upload:
    require_no_bytes(asked)
    upload = receiving.create_final(
        user,
        _settings(told),
        [_id_in(address) for address in concat.parts],
        filename=_filename(told),
        tus_metadata=echoed,
        expires_in=KEEP_FOR,
    )
    transaction.on_commit(lambda: receiving.complete_soon(upload.pk))
    return upload


def require_no_bytes(asked: Asked) -> None:
    """Raise ``HeaderInvalid`` for a final upload with a length or bytes of its own."""
    if "upload-length" in asked.headers or asked.length:
        raise HeaderInvalid("A final upload has no length and no bytes of its own.")


def size_of(asked: Asked) -> int | None:
    """Return the announced size; None if it is told later. Raises ``HeaderInvalid``."""
    size = read.number(asked.headers, "upload-length")
    deferred = asked.headers.get("upload-defer-length")
    if deferred not in (None, "1") or (size is None) == (deferred is None):
        raise HeaderInvalid("Send Upload-Length, or Upload-Defer-Length: 1.")
    return size


def _require_fitting(size: int) -> None:
    if size > settings.MAX_UPLOAD_BYTES:
        raise receiving.TooManyBytes(settings.MAX_UPLOAD_BYTES)
    if not receiving.has_room(size):
        raise receiving.DiskFull


def _settings(told: dict[str, str]) -> VideoSettings:
    """Return the settings in the metadata. Other keys are left alone: clients add some of their
    own. Raises ``ValidationError``."""
    ours = VideoSettingsSerializer().fields
    return parsed(MultiValueDict({key: [text] for key, text in told.items() if key in ours}))


def _filename(told: dict[str, str]) -> str:
    return told.get("filename") or told.get("name") or ""


def _id_in(address: str) -> UUID:
    try:
        return UUID(address.rstrip("/").rpartition("/")[2])
    except ValueError as error:
        raise receiving.PartsInvalid from error
