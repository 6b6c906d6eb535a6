"""Tell how far an upload is, whichever way its bytes come."""

from __future__ import annotations

from enum import StrEnum

from django.utils import timezone

from videos.models import Upload, Video


class State(StrEnum):
    """How an upload stands."""

    WAITING = "waiting"
    RECEIVING = "receiving"
    STORING = "storing"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"


OPEN = (State.WAITING, State.RECEIVING, State.STORING)
# Their rows are made when all bytes are on the disk.
_WHOLE = (Upload.Protocol.POST, Upload.Protocol.COMMAND)
_ENDED = {"": State.FINISHED, Upload.CANCELED: State.CANCELED, Upload.EXPIRED: State.EXPIRED}


def state_of(upload: Upload) -> State:
    """Return the state of an upload, by its row and its video's."""
    if upload.finished_at is not None:
        return _ENDED.get(upload.error_code, State.FAILED)
    if upload.video is not None and upload.video.status == Video.Status.CANCELED:
        return State.CANCELED
    if upload.expires_at <= timezone.now():
        return State.EXPIRED
    is_whole = upload.size is not None and upload.received >= upload.size
    if is_whole or upload.protocol in _WHOLE:
        return State.STORING
    has_begun = upload.received or (upload.video and upload.video.status == Video.Status.UPLOADING)
    return State.RECEIVING if has_begun else State.WAITING
