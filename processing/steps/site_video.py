"""Fetch the video of a page, for the step that fetches files."""

from __future__ import annotations

from processing.site_videos.download import Download, SiteVideo
from processing.steps import arriving, tools
from processing.steps.arriving import Arrival
from processing.steps.context import TaskContext
from videos import naming
from videos.fetching import errors, pages
from videos.models import Upload

_LONGEST_NAME = 200


def fetch(context: TaskContext, upload: Upload) -> Arrival:
    """Fetch and store the video of the page that an upload names."""
    asked = upload.settings
    with arriving.within_quotas(upload) as most_bytes:
        tools.let_go_of_database()
        video = Download(
            url=asked["url"],
            folder=context.folder,
            ffmpeg=context.ffmpeg,
            most_bytes=most_bytes,
            should_stop=context.should_stop,
            report=lambda speed: arriving.report(context, upload, speed),
            make_room=lambda count: arriving.require_room(context.folder, count),
        ).run()
    if asked.get("sha256") and video.sha256 != asked["sha256"].lower():
        raise errors.checksum_mismatch()
    title = naming.title_from(video.page.title)
    arriving.store(context, upload, video.path, sha256=video.sha256)
    return Arrival(
        size=video.size,
        sha256=video.sha256,
        filename=naming.filename_from(title, video.path.suffix),
        title=title,
        provenance=_provenance(video),
    )


def _provenance(video: SiteVideo) -> dict[str, str]:
    """Return where a video came from, in a form that is safe to show."""
    told = {
        "source": "site",
        "site": video.page.site or pages.host_of(video.page.url),
        "page": pages.shown(video.page.url),
        "uploader": video.page.uploader,
    }
    shown = {name: naming.title_from(text) for name, text in told.items() if name != "page"}
    return {name: text for name, text in {**shown, "page": told["page"]}.items() if text}
