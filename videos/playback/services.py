"""Give out playback addresses. Whether somebody may play is asked once, here."""

from django.urls import get_script_prefix

from videos import access
from videos.models import Video
from videos.playback import tokens


def hls_url(video: Video, viewer: access.Viewer) -> str | None:
    """The path of the multivariant playlist for a viewer, or None when there is none to play.

    The video's source must be joined.
    """
    if video.release_id is None or not access.may_play(video, viewer):
        return None
    token = tokens.issue(video.release_id, duration=duration_of(video))
    return f"{get_script_prefix()}m/{token}/{video.release_id}/master.m3u8"


def duration_of(video: Video) -> float:
    """Seconds, as far as the source was probed."""
    media = (video.source.media if video.source else None) or {}
    return float(media.get("duration") or 0.0)
