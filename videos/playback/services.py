"""Give out playback addresses. Whether somebody may play is asked once, here."""

from django.urls import get_script_prefix

from videos import access
from videos.models import Video
from videos.playback import tokens
from videos.storage import outputs


def hls_url(video: Video, viewer: access.Viewer) -> str | None:
    """The path of the multivariant playlist for a viewer, or None when there is none to play.

    The video's source must be joined.
    """
    if video.release_id is None or not access.may_play(video, viewer):
        return None
    token = tokens.issue(video.release_id, duration=duration_of(video))
    return f"{get_script_prefix()}m/{token}/{video.release_id}/master.m3u8"


def poster_url(video: Video, viewer: access.Viewer) -> str | None:
    """The address of the poster for a viewer, or None when there is none.

    The video's source and release must be joined.
    """
    release = video.release
    if release is None or not release.poster_key or not access.may_play(video, viewer):
        return None
    signed = outputs().signed_url(release.poster_key, seconds=tokens.lifetime(duration_of(video)))
    if signed is not None:
        return signed
    token = tokens.issue(release.pk, duration=duration_of(video))
    name = release.poster_key.removeprefix(release.prefix)
    return f"{get_script_prefix()}m/{token}/{release.pk}/{name}"


def duration_of(video: Video) -> float:
    """Seconds, as far as the source was probed."""
    media = (video.source.media if video.source else None) or {}
    return float(media.get("duration") or 0.0)
