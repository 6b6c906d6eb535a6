"""The signed, expiring address of an untouched original: ``/m/<token>/original/<video>``.

A token is ``<expiry in base 36>.<user>.<signature>``, and the signature covers the video too; once
the addresses of the video have been replaced, how often follows the user. Each
request checks that this user may still have the original, so an address closes as soon as the
rights of its user end. On disk the bytes are served from here, with Range; in a bucket the address
redirects to a short-lived one.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.signing import Signer
from django.urls import get_script_prefix
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int, int_to_base36

from accounts.models import User
from processing.services import NoSource, OriginalDropped
from videos import access
from videos.models import Video
from videos.playback import filenames
from videos.storage import originals

FOLDER = "original"
_SALT = "vodloom.original"
_VALID_SECONDS = 12 * 3600
_SIGNED_SECONDS = 300


class NotGranted(Exception):
    """Raised when an address is forged, expired, or its user may not have the original any more."""


@dataclass(frozen=True)
class Address:
    """Where an original can be downloaded: ``url`` is a path of this site, ``size`` is in bytes."""

    url: str
    expires_at: datetime
    filename: str
    size: int


@dataclass(frozen=True)
class Found:
    """An original, as a local ``path`` or at a signed ``address`` in a bucket."""

    path: Path | None
    address: str
    disposition: str


def address_of(video: Video, user: User) -> Address:
    """Return a new address for a user who may have the original. Raises ``NoSource`` or
    ``OriginalDropped``."""
    if video.source is None:
        raise NoSource
    if video.source.dropped_at is not None:
        raise OriginalDropped
    until = int(time.time()) + _VALID_SECONDS
    told = f"{int_to_base36(until)}.{user.pk}"
    if video.playback_generation:
        told += f".{video.playback_generation}"
    return Address(
        url=f"{get_script_prefix()}m/{told}.{_signature(told, video.pk)}/{FOLDER}/{video.pk}",
        expires_at=datetime.fromtimestamp(until, UTC),
        filename=filenames.safe(video.source.filename),
        size=video.source.size,
    )


def find(token: str, video_id: str) -> Found:
    """Return the original that an address opens. Raises ``NotGranted``, and what storages raise."""
    video = _granted(token, video_id)
    if video.source is None or video.source.dropped_at is not None:
        raise NotGranted
    disposition = filenames.attachment(video.source.filename)
    storage, key = originals(), video.source.key
    path = storage.local_path(key)
    if path is not None:
        return Found(path, "", disposition)
    window = int(time.time()) // _SIGNED_SECONDS
    until = (window + 2) * _SIGNED_SECONDS
    address = storage.signed_url(key, until=until, disposition=disposition)
    return Found(None, address or "", disposition)


def _granted(token: str, video_id: str) -> Video:
    told, _, signature = token.rpartition(".")
    expiry, user_id, generation, *_ = [*told.split("."), "", ""]
    try:
        video_pk = UUID(video_id)
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        signed = any(constant_time_compare(signature, _signature(told, video_pk, k)) for k in keys)
        if not signed or base36_to_int(expiry) <= time.time():
            raise NotGranted
    except ValueError as error:
        raise NotGranted from error
    user = User.objects.filter(pk=user_id, is_active=True).first()
    video = Video.objects.select_related("source").filter(pk=video_pk).first()
    if user is None or video is None or not access.may_take_original(video, user):
        raise NotGranted
    if int(generation or 0) != video.playback_generation:
        raise NotGranted
    return video


def _signature(told: str, video_id: UUID, key: str | None = None) -> str:
    return Signer(key=key, salt=_SALT).signature(f"{told}:{video_id.hex}")
