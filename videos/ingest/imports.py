"""Import a file from a URL: create its upload and video, and begin the job that fetches it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.conf import settings as site
from django.db import transaction

from accounts.models import User
from processing import services as processing
from processing.ffmpeg.planning.ladder import Profile
from processing.models import Run
from videos.fetching import pages, urls
from videos.ingest import uploads
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Upload

# The job ends the upload. This is for an upload whose job is gone.
_EXPIRES_IN = timedelta(days=30)
_TITLE_LENGTH = 200


def start(
    owner: User,
    url: str,
    settings: VideoSettings,
    *,
    protocol: Upload.Protocol = Upload.Protocol.URL,
    limits: Limits | None = None,
    sha256: str = "",
    filename: str = "",
) -> tuple[Upload, Run]:
    """Create the upload and the video of a file at a URL, and the job that fetches it.

    ``sha256`` in hex is what the file must have. Without a ``filename`` it is called as its server
    calls it. Raises ``urls.UrlWrong``, and what
    ``uploads.create`` raises. The whole URL is kept until the file has arrived, and is never shown.
    With the protocol ``SITE`` it is that of a page, whose video is fetched.
    """
    urls.require_fetchable(url, site.FETCH_PRIVATE)
    is_page, is_named = protocol == Upload.Protocol.SITE, bool(settings.title or filename)
    if is_page:
        pages.require_allowed(url, site.SITE_HOSTS)
        if not is_named:
            settings = replace(settings, title=f"Video from {pages.host_of(url)}"[:_TITLE_LENGTH])
    with transaction.atomic():
        upload = uploads.create(
            owner,
            settings,
            protocol=protocol,
            filename=filename or (pages.host_of(url) if is_page else urls.filename(url)),
            expires_in=_EXPIRES_IN,
            limits=limits,
            origin_url=pages.shown(url) if is_page else urls.shown(url),
            receiving=True,
        )
        upload.settings |= {"url": url, "sha256": sha256, "named": bool(filename)}
        if upload.video is None:  # never, since only parts of tus have none
            raise uploads.UploadCanceled
        if not is_named:
            upload.settings["title"] = upload.video.title
        Upload.objects.filter(pk=upload.pk).update(settings=upload.settings)
        profile = upload.settings.get("profile")
        run = processing.begin_fetch(
            upload.video, profile=Profile.from_json(profile) if profile else None
        )
    return upload, run
