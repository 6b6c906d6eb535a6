"""End uploads that came to nothing: abandoned, expired, or canceled while bytes arrived.

The rows are changed first, by compare-and-set, the video before the upload. The original is marked
in the same transaction and deleted afterwards. So an upload that was finished in the meantime loses
nothing.
"""

from django.db import transaction
from django.db.models.functions import Now

from videos import lifecycle, objects
from videos.each_row import act_on_each
from videos.events import log
from videos.models import Upload, Video
from videos.upload_parts import close_parts

_BATCH = 100
_ARRIVING = (Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING)


def close(upload: Upload, *, code: str, message: str) -> bool:
    """End an unfinished upload with its parts and mark its original; fail its video if that still
    waits for it.

    Returns False if the upload was finished or closed before.
    """
    with transaction.atomic():
        videos = Video.objects.select_for_update(of=("self",))
        video = videos.filter(pk=upload.video_id).first() if upload.video_id else None
        closed = Upload.objects.filter(pk=upload.pk, finished_at=None).update(
            finished_at=Now(), error_code=code
        )
        if not closed:
            return False
        close_parts(upload, code=code)
        if video is not None and code == Upload.EXPIRED:
            log.write("upload.expired", video, received=upload.received, size=upload.size)
        if video is not None and video.status in _ARRIVING:
            lifecycle.fail(video.pk, code=code, message=message)
        objects.mark_original(upload.key)
    return True


def forget(upload: Upload) -> None:
    """Close an upload that was canceled, closed or purged while its bytes were being stored, and
    mark the bytes, since they belong to no video."""
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk, finished_at=None).update(
            finished_at=Now(), error_code=Upload.CANCELED
        )
        objects.mark_original(upload.key, at_once=True)


def expire_uploads() -> int:
    """Close the expired uploads; return how many were closed. What a job fetches, the job ends. Of
    direct uploads only the bucket can tell whether they are complete: see ``direct.leftovers``."""
    late = Upload.objects.filter(finished_at=None, expires_at__lt=Now())
    fetched = late.filter(
        protocol__in=Upload.FETCHED, video__runs__status__in=("queued", "running")
    )
    late = late.exclude(pk__in=fetched.order_by().values("pk"))
    ours = late.exclude(protocol=Upload.Protocol.S3).order_by("expires_at")
    return act_on_each(ours[:_BATCH], give_up, what="expire_uploads")


def give_up(upload: Upload) -> bool:
    """Close an upload that was never finished; return False if it was finished or closed before."""
    return close(
        upload,
        code=Upload.EXPIRED,
        message="The upload was never finished. Upload the file again.",
    )
