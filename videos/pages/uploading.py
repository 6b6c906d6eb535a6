"""What the uploader of a page needs to know: the ways in, and what they take."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from videos import folders
from videos.ingest.direct import receiving as direct
from videos.ingest.direct.errors import DirectUploadUnavailable
from videos.pages import words
from videos.pages.left import left_of
from videos.storage.multipart import LARGEST_OBJECT

_TUS = "/api/v1/tus/"


def context(user: User, folder: UUID | None) -> dict[str, Any]:
    """Return the settings of the uploader, whose videos come into a folder (None: the top). Large
    files go straight into the bucket, or by tus to this server where there is no bucket. With the
    sites whose pages may be named."""
    way, site_most = _way()
    most = min(one for one in (site_most, user.terms.largest_file) if one is not None)
    return {
        "left": left_of(user),
        "places": folders.by_path(user),
        "into": folder,
        "max_bytes": most,
        "max_size": words.limit(most),
        "sites": settings.SITE_HOSTS,
        "visibilities": words.visibilities(own=True),
        "ways": {
            "way": way,
            "tus": _TUS,
            "uploads": reverse("upload-list"),
            "imports": reverse("import"),
        },
    }


def _way() -> tuple[str, int]:
    try:
        direct.bucket()
    except DirectUploadUnavailable:
        return "tus", settings.MAX_UPLOAD_BYTES
    return "s3", LARGEST_OBJECT
