"""Addresses to which somebody without an account uploads one file, for the owner of an API key.

An address is signed and not stored: it names the upload, whose row holds the limits and says
whether the address still works.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer

from accounts import verification
from accounts.models import User
from videos.ingest import uploads
from videos.ingest.receiving.errors import UploadOver
from videos.ingest.settings import VideoSettings
from videos.ingest.standing import State, state_of
from videos.ingest.uploads import Limits
from videos.models import Upload
from videos.upload_parts import whole_of

PREFIX = "/u/"
DEFAULT_SECONDS = 3600
LEAST_SECONDS = 60
MOST_SECONDS = 7 * 24 * 3600

_SALT = "vodloom.delegated-upload"
_UNTITLED = "Untitled"


class BadAddress(Exception):
    """Raised when an address was not signed by this site, or its upload is gone."""


class OriginNotAllowed(Exception):
    """Raised when a page, or a program, of another origin than the allowed one sends bytes."""


class AddressUsed(Exception):
    """Raised when a whole file has arrived at an address before."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(str(upload.pk))
        self.upload = upload


class AddressExpired(Exception):
    """Raised when the time of an address is over."""


class AddressCanceled(Exception):
    """Raised when the owner has canceled an upload, or deleted its video."""


class AddressFailed(Exception):
    """Raised when what arrived at an address could not be taken."""


class AddressBusy(Exception):
    """Raised when another request is at an upload and does not stop in time."""


class OwnerMayNotUpload(uploads.UploadNotAllowed):
    """Raised to whoever uploads for an owner whose account may not upload."""


class OwnerNotVerified(verification.EmailNotVerified):
    """Raised to whoever uploads for an owner whose email address is not confirmed."""


class OwnerHasNoRoom(Exception):
    """Raised to whoever uploads for an owner whose plan does not allow the file. How much the owner
    has used is not theirs to know."""


_OVER = {
    State.EXPIRED: AddressExpired,
    State.CANCELED: AddressCanceled,
    State.FAILED: AddressFailed,
}


def create(
    owner: User,
    settings: VideoSettings,
    *,
    filename: str = "",
    size: int | None = None,
    limits: Limits,
    expires_in: timedelta,
) -> Upload:
    """Create an upload for somebody else's bytes; the errors are those of ``uploads.create``."""
    if not settings.title and not filename:
        settings = replace(settings, title=_UNTITLED)
    return uploads.create(
        owner,
        settings,
        protocol=Upload.Protocol.DELEGATED,
        filename=filename,
        size=size,
        limits=limits,
        expires_in=expires_in,
    )


def opened(path: str, origin: str | None) -> Upload:
    """Return the open upload that an address names, or the open part of one, for a client that
    tells this origin, or none.

    Raises ``BadAddress``, ``OriginNotAllowed``, ``AddressUsed``, ``AddressExpired``,
    ``AddressCanceled`` or ``AddressFailed``, for a part that is over ``UploadOver``, and if the
    owner may not upload any more ``OwnerMayNotUpload`` or ``OwnerNotVerified``.
    """
    upload = _row(upload_of(path))
    if (whole := whole_of(upload)) is None:
        _require_open(upload, origin)
        return upload
    try:
        _require_open(_row(whole), origin)
    except AddressUsed as used:
        raise UploadOver from used
    if upload.finished_at is not None:
        raise UploadOver
    return upload


def _row(upload_id: UUID) -> Upload:
    found = Upload.objects.filter(pk=upload_id, protocol=Upload.Protocol.DELEGATED)
    upload = found.select_related("video__source", "owner").first()
    if upload is None or (upload.video is None and whole_of(upload) is None):
        raise BadAddress
    return upload


def _require_open(upload: Upload, origin: str | None) -> None:
    allowed = upload.limits.get("allowed_origin")
    if allowed and origin != allowed:
        raise OriginNotAllowed
    state = state_of(upload)
    if state is State.FINISHED:
        raise AddressUsed(upload)
    if state in _OVER:
        raise _OVER[state]
    require_owners_right(upload.owner)


def require_right(owner: User) -> None:
    """Raise ``UploadNotAllowed`` or ``EmailNotVerified`` if the owner may not upload."""
    if not owner.may_upload:
        raise uploads.UploadNotAllowed
    verification.require_verified(owner)


def require_owners_right(owner: User) -> None:
    """Raise ``OwnerMayNotUpload`` or ``OwnerNotVerified`` if nobody may upload for the owner."""
    if not owner.may_upload:
        raise OwnerMayNotUpload
    if not verification.is_verified(owner):
        raise OwnerNotVerified


def path_of(upload_id: UUID) -> str:
    """Return the path of an upload's address. It is always the same for an upload."""
    name = urlsafe_b64encode(upload_id.bytes).rstrip(b"=").decode()
    return PREFIX + Signer(salt=_SALT).sign(name)


def upload_of(path: str) -> UUID:
    """Return the id of the upload that an address names. Raises ``BadAddress``."""
    try:
        name = Signer(salt=_SALT).unsign(path.removeprefix(PREFIX))
        return UUID(bytes=urlsafe_b64decode(name + "=="))
    except (BadSignature, ValueError) as error:
        raise BadAddress from error
