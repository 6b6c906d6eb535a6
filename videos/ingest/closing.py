"""Uploads that came to nothing: given up, past their time, or canceled while bytes arrived.

Rows move first, by compare-and-set in the order video, upload; the original is marked in the same
transaction and deleted afterwards. So an upload that was finished meanwhile loses nothing.
"""

from django.db import transaction
from django.db.models.functions import Now

from videos import lifecycle, objects
from videos.each_row import act_on_each
from videos.models import Upload, Video

_BATCH = 100
_ARRIVING = (Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING)


def close(upload: Upload, *, code: str, message: str) -> bool:
    """End an unfinished upload and mark its original; its video fails if it still waits for it.

    False when the upload was finished or closed before.
    """
    with transaction.atomic():
        video = Video.objects.select_for_update(of=("self",)).filter(pk=upload.video_id).first()
        closed = Upload.objects.filter(pk=upload.pk, finished_at=None).update(finished_at=Now())
        if not closed:
            return False
        if video is not None and video.status in _ARRIVING:
            lifecycle.fail(video.pk, code=code, message=message)
        objects.mark_original(upload.key)
    return True


def forget(upload: Upload) -> None:
    """Its bytes were stored after it was canceled, closed or purged: they are nobody's."""
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk, finished_at=None).update(finished_at=Now())
        objects.mark_original(upload.key, at_once=True)


def expire_uploads() -> int:
    """Close the uploads past their time; how many there were."""
    late = Upload.objects.filter(finished_at=None, expires_at__lt=Now()).order_by("expires_at")
    return act_on_each(late[:_BATCH], _expire, what="expire_uploads")


def _expire(upload: Upload) -> bool:
    return close(
        upload,
        code="upload_incomplete",
        message="The upload was never finished. Upload the file again.",
    )
