"""The files of audio tracks: stored when a track is added, and marked when it is deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from videos import keys, objects, quotas
from videos.models import Sound, Track, Upload


class FileGivenUp(Exception):
    """Raised when the file of a track was given up while it was being stored."""


def begin(
    owner_id: Any, *, protocol: Upload.Protocol, filename: str, size: int, lasting: timedelta
) -> Upload:
    """Register the file of a track before it is stored; ``lasting`` is how long that may take.
    Raises ``QuotaExceeded``."""
    with transaction.atomic():
        quotas.reserve_bytes(User.objects.only("plan").get(pk=owner_id), size)
        upload = Upload.objects.create(
            owner_id=owner_id,
            protocol=protocol,
            key=keys.new_original(),
            filename=filename,
            size=size,
            expires_at=Now() + lasting,
        )
        objects.write_ahead_original(upload)
    return upload


def confirm(upload: Upload, video_id: UUID) -> None:
    """End the upload of a stored file, in the transaction that names it in a track. Raises
    ``FileGivenUp``."""
    held = Upload.objects.select_for_update().filter(pk=upload.pk, finished_at=None)
    size = upload.size or 0
    if not held.exists() or not objects.confirm_track_original(upload, video_id, size):
        raise FileGivenUp
    Upload.objects.filter(pk=upload.pk).delete()


def let_go(tracks: Iterable[Track]) -> None:
    """Mark the files of tracks that are about to be deleted, in that transaction."""
    audio = [track for track in tracks if track.kind == Track.Kind.AUDIO]
    for track in audio:
        if track.original_key:
            objects.mark_original(track.original_key)
    made = Sound.objects.filter(track__in=[track.pk for track in audio]) if audio else ()
    objects.mark_outputs([one.key for one in made])
