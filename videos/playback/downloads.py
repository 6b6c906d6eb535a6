"""Issue the addresses of MP4 files for download."""

from dataclasses import dataclass
from pathlib import Path

from videos import access
from videos.models import Release, Rendition, Video
from videos.playback import filenames, services


@dataclass(frozen=True)
class Download:
    """One rung with audio as a file. ``size`` is in bytes. ``url`` saves the file, and ``shown``
    plays it in a player."""

    name: str
    width: int | None
    height: int | None
    size: int
    url: str
    shown: str
    filename: str


def of(video: Video, viewer: access.Viewer) -> list[Download]:
    """Return the files of a video that a viewer may download, largest first.

    The video's source and release, and the release's renditions, must be joined.
    """
    release = video.release
    if release is None or not access.may_play(video, viewer):
        return []
    rows = [row for row in release.renditions.all() if row.download_key]
    return [_of(video, release, row, viewer) for row in rows]


def _of(video: Video, release: Release, row: Rendition, viewer: access.Viewer) -> Download:
    shown = services.object_url(video, release, row.download_key, viewer)
    return Download(
        name=row.name,
        width=row.width,
        height=row.height,
        size=row.download_bytes or 0,
        url=f"{shown}?{filenames.PARAMETER}",
        shown=shown,
        filename=filenames.of(video.title, Path(row.download_key)),
    )
