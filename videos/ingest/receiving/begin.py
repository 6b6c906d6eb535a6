"""Tell the video of an upload that bytes arrive."""

from __future__ import annotations

from videos import lifecycle
from videos.ingest import uploads
from videos.ingest.receiving.errors import UploadOver
from videos.models import Upload


def begin(upload: Upload) -> None:
    """Move the upload's video to ``uploading``, if it is not there yet. Raises ``UploadOver`` if
    the video was canceled or deleted in the meantime."""
    try:
        uploads.begin_receiving(upload)
    except lifecycle.InvalidTransition as error:
        raise UploadOver from error
