"""The core of every way in: create an upload with its video, receive, and finish it.

Creating an upload creates its video, so that the video can be edited while bytes arrive. Finishing
the upload gives the video its source and starts the processing. How the bytes come to the storage
is the business of each way in.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import User
from processing import profiles
from processing import services as processing
from processing.ffmpeg.planning.ladder import Profile
from videos import duplicates, folders, idempotency, keys, lifecycle, objects, quotas
from videos.arrivals import ORIGINS
from videos.events import log
from videos.ingest import closing
from videos.ingest.settings import VideoSettings
from videos.models import Folder, Source, Upload, Video
from videos.moderation import policy
from videos.naming import clean_filename, title_of

__all__ = ["clean_filename"]


class UploadNotAllowed(Exception):
    """Raised when a user may not upload videos."""


class UploadCanceled(Exception):
    """Raised when a video was canceled, deleted or given up while its bytes were being stored."""


class ExternalIdTaken(Exception):
    """Raised when another video of the owner has the same external id."""


@dataclass(frozen=True)
class Limits:
    """What may arrive: ``max_size`` in bytes, ``max_duration`` in seconds, and from pages of which
    ``allowed_origin`` (``https://app.example``). None and the empty string set no limit.
    ``quotas`` says whether the owner's plan limits it too."""

    max_size: int | None = None
    max_duration: float | None = None
    allowed_origin: str = ""
    quotas: bool = True


@dataclass(frozen=True)
class Stored:
    """An original that has been stored whole: its size in bytes, and its SHA-256 in hex, which is
    empty if the bytes did not come through this server."""

    size: int
    sha256: str = ""


def create(
    owner: User,
    settings: VideoSettings,
    *,
    protocol: Upload.Protocol,
    filename: str,
    expires_in: timedelta,
    size: int | None = None,
    limits: Limits | None = None,
    origin_url: str = "",
    tus_metadata: str = "",
    receiving: bool = False,
    made_of: Collection[UUID] = (),
) -> Upload:
    """Create an upload and its video; with ``receiving`` its bytes have begun to arrive, and those
    of the uploads that it is ``made_of`` have arrived.

    ``size`` is what the client announced, in bytes, and ``tus_metadata`` what it wants to read
    again. Raises ``UploadNotAllowed``, ``QuotaExceeded``, ``NoSuchFolder``, ``ExternalIdTaken`` or
    ``profiles.NoSuchProfile``.
    """
    if not owner.may_upload:
        raise UploadNotAllowed
    limits = limits or Limits()
    asked: dict[str, Any] = {"on_duplicate": settings.on_duplicate}
    if settings.profile:
        asked["profile"] = profiles.named(settings.profile).to_json()
    name = clean_filename(filename)
    with transaction.atomic():
        if limits.quotas:
            is_sent = protocol not in Upload.FETCHED
            quotas.reserve(
                owner, size=size, is_sent=is_sent, profile=settings.profile, made_of=made_of
            )
        if settings.folder:
            folders.hold(settings.folder, owner.pk)
        video = _create_video(owner, settings, name, receiving=receiving)
        upload = Upload.objects.create(
            owner=owner,
            video=video,
            protocol=protocol,
            key=keys.new_original(),
            filename=name,
            size=size,
            settings=asked,
            limits=asdict(limits),
            origin_url=origin_url,
            tus_metadata=tus_metadata,
            expires_at=Now() + expires_in,
        )
        objects.write_ahead_original(upload)
        log.write("video.created", video)
        if video.moderation == Video.Moderation.PENDING:
            log.write("moderation.pending", video)
        idempotency.note("video", video.pk)
    return upload


def require_allowed(owner: User, settings: VideoSettings) -> None:
    """Raise what ``create`` would raise, before bytes are fetched for it."""
    if not owner.may_upload:
        raise UploadNotAllowed
    if settings.profile:
        profiles.named(settings.profile)
    if settings.folder and not Folder.objects.filter(pk=settings.folder, owner=owner).exists():
        raise folders.NoSuchFolder
    if settings.external_id and _named_so(owner, settings.external_id).exists():
        raise ExternalIdTaken


def begin_receiving(upload: Upload) -> None:
    """Move the upload's video to ``uploading``, if it is not there yet."""
    if upload.video_id is not None:
        lifecycle.begin_upload(upload.video_id)


def extend(upload_id: UUID, *, received: int, expires_in: timedelta | None = None) -> bool:
    """Record how many bytes have arrived, and put off the expiry if ``expires_in`` is given.
    Returns False if the upload is over."""
    still_open = Upload.objects.filter(pk=upload_id, finished_at=None)
    if expires_in is None:
        return bool(still_open.update(received=received))
    return bool(still_open.update(received=received, expires_at=Now() + expires_in))


def finish(upload: Upload, stored: Stored) -> Video:
    """Give the video its source and start the processing. The object is under the upload's key.

    A duplicate that is to be refused fails; one that shares a release is ready at once, and the
    object is deleted. A file that the owner's plan does not allow fails, its object is deleted, and
    ``QuotaExceeded`` is raised.

    Raises ``UploadCanceled``; the caller then deletes the bytes with ``closing.forget``. Closing
    and purging take the rows in the same order, the video before the upload.
    """
    video = upload.video
    if video is None:
        raise UploadCanceled
    try:
        with transaction.atomic():
            return _finished(upload, video, stored)
    except duplicates.Duplicate:
        closing.close(upload, code=duplicates.CODE, message=duplicates.MESSAGE)
        return Video.objects.get(pk=video.pk)
    except quotas.QuotaExceeded as refusal:
        closing.close(upload, code=refusal.code, message=refusal.message)
        raise


def _finished(upload: Upload, video: Video, stored: Stored) -> Video:
    on_duplicate = upload.settings.get("on_duplicate", duplicates.KEEP)
    other = duplicates.found(video, stored.sha256, on_duplicate)
    if other and on_duplicate == duplicates.SHARE and _shared(upload, video, stored):
        return video
    quotas.take_size(upload, stored.size)
    source = Source.objects.create(
        owner_id=upload.owner_id,
        key=upload.key,
        filename=upload.filename,
        size=stored.size,
        sha256=stored.sha256,
        origin=ORIGINS.get(upload.protocol, Source.Origin.UPLOAD),
        origin_url=upload.origin_url,
        provenance=video.provenance,
    )
    try:
        processing.begin(video, source, profile=_profile_of(upload))
    except lifecycle.InvalidTransition as error:
        raise UploadCanceled from error
    open_still = Upload.objects.filter(pk=upload.pk, finished_at=None)
    closed = open_still.update(received=stored.size, finished_at=Now())
    if not closed or not objects.confirm_original(upload, source):
        raise UploadCanceled
    return video


def _shared(upload: Upload, video: Video, stored: Stored) -> bool:
    """Share the release of another video if possible; its bytes are not needed then."""
    profile = (_profile_of(upload) or profiles.default()).to_json()
    other = duplicates.sharable(video, stored.sha256, profile)
    try:
        shares = other is not None and duplicates.share(video, other, profile)
    except lifecycle.InvalidTransition as error:
        raise UploadCanceled from error
    if not shares:
        return False
    open_still = Upload.objects.filter(pk=upload.pk, finished_at=None)
    if not open_still.update(received=stored.size, finished_at=Now()):
        raise UploadCanceled
    objects.mark_original(upload.key, at_once=True)
    return True


def _create_video(owner: User, settings: VideoSettings, filename: str, *, receiving: bool) -> Video:
    status = Video.Status.UPLOADING if receiving else Video.Status.PENDING_UPLOAD
    try:
        # Only an external id can be taken already; without one no savepoint is needed.
        with transaction.atomic() if settings.external_id else nullcontext():
            return Video.objects.create(
                owner=owner,
                title=settings.title or title_of(filename),
                status=status,
                moderation=policy.first_state(owner),
                **settings.columns(),
            )
    except IntegrityError as error:
        if settings.external_id and _named_so(owner, settings.external_id).exists():
            raise ExternalIdTaken from error
        raise


def _named_so(owner: User, external_id: str) -> QuerySet[Video]:
    return Video.objects.filter(owner=owner, external_id=external_id, deleted_at=None)


def _profile_of(upload: Upload) -> Profile | None:
    """Return the profile that was asked for, as it was then; None for the default."""
    copied: Any = upload.settings.get("profile")
    return Profile.from_json(copied) if copied else None
