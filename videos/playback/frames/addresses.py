"""Issue the addresses of pictures that are made when they are asked for.

Each is a path to which parameters may be added (`parameters`), or None if there is nothing that the
viewer may play. The video's source and release must be joined.
"""

from __future__ import annotations

from videos import access
from videos.models import Video
from videos.playback import services


def thumbnail_url(
    video: Video, viewer: access.Viewer, *, suffix: str = "jpg", held: bool = False
) -> str | None:
    """Return the address of a frame; the suffix is ``jpg``, ``png`` or ``webp``."""
    return services.named_url(video, f"thumbnail.{suffix}", viewer, held=held)


def animated_url(
    video: Video, viewer: access.Viewer, *, suffix: str = "webp", held: bool = False
) -> str | None:
    """Return the address of some moving seconds; the suffix is ``webp`` or ``gif``."""
    return services.named_url(video, f"animated.{suffix}", viewer, held=held)


def storyboard_url(
    video: Video, viewer: access.Viewer, *, suffix: str = "vtt", held: bool = False
) -> str | None:
    """Return the address of the storyboard, whether or not there is one: ``vtt``, ``json``, or its
    first sheet as ``jpg`` or ``webp``."""
    return services.named_url(video, f"storyboard.{suffix}", viewer, held=held)
