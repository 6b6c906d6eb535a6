"""Uploads that never finished fail with a reason, and their bytes go."""

from django.db.models.functions import Now

from videos import lifecycle
from videos.models import Upload
from videos.storage import StorageUnavailable, originals

_BATCH = 100


def expire_uploads() -> int:
    """Fail the videos of uploads past their time; how many there were."""
    late = Upload.objects.filter(finished_at=None, expires_at__lt=Now())
    expired = 0
    for upload in late[:_BATCH]:
        try:
            originals().delete_key(upload.key)
            lifecycle.fail(
                upload.video_id,
                code="upload_incomplete",
                message="The upload was never finished. Upload the file again.",
            )
        except StorageUnavailable:
            break
        except lifecycle.InvalidTransition:
            pass  # already failed or canceled: only the upload is left to close
        Upload.objects.filter(pk=upload.pk).update(finished_at=Now())
        expired += 1
    return expired
