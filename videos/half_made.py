"""Videos of posts that were killed before their bytes were stored: nobody was told of them."""

from uuid import UUID

from videos import purge
from videos.ingest import closing
from videos.models import Upload, Video


def discard(video_id: UUID) -> bool:
    """Purge the video of a post if its bytes were never stored whole; return whether it is gone.

    A process that still stores them finds the upload canceled. Raises ``locking.VideoBusy``.
    """
    for upload in Upload.objects.filter(video=video_id, finished_at=None):
        closing.close(
            upload,
            code="upload_incomplete",
            message="The upload was never finished. Upload the file again.",
        )
    video = Video.objects.filter(pk=video_id, source=None, status=Video.Status.FAILED).first()
    return video is not None and purge.purge(video)
