"""Give out the addresses of MP4 files that may be downloaded."""

from dataclasses import dataclass

from videos import access
from videos.models import Video
from videos.playback import services


@dataclass(frozen=True)
class Download:
    """One rung with audio: pixels, bytes, and where it is for a viewer."""

    name: str
    width: int | None
    height: int | None
    size: int
    url: str


def of(video: Video, viewer: access.Viewer) -> list[Download]:
    """What a viewer may download of a video, the largest first.

    The video's source and release, and the release's renditions, must be joined.
    """
    release = video.release
    if release is None or not access.may_play(video, viewer):
        return []
    return [
        Download(
            name=row.name,
            width=row.width,
            height=row.height,
            size=row.download_bytes or 0,
            url=services.object_url(video, release, row.download_key, viewer),
        )
        for row in release.renditions.all()
        if row.download_key
    ]
