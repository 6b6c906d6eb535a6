"""Give out playback addresses. Whether somebody may play is asked once, here."""

from uuid import UUID

from django.urls import get_script_prefix

from videos import access, keys, lifetimes
from videos.models import Release, Video
from videos.playback import playlists, tokens
from videos.storage import outputs


def hls_url(video: Video, viewer: access.Viewer) -> str | None:
    """The path of the multivariant playlist for a viewer, or None when there is none to play.

    The video's source must be joined.
    """
    if video.release_id is None or not access.may_play(video, viewer):
        return None
    return _address(video, video.release_id, playlists.MULTIVARIANT)


def dash_url(video: Video, viewer: access.Viewer) -> str | None:
    """The path of the DASH manifest for a viewer, or None when there is none to play or the
    release still grows.

    The video's source and release must be joined.
    """
    release = video.release
    if release is None or not release.is_complete or not access.may_play(video, viewer):
        return None
    return _address(video, release.pk, playlists.MANIFEST)


def poster_url(video: Video, viewer: access.Viewer) -> str | None:
    """The address of the poster for a viewer, or None when there is none.

    The video's source and release must be joined.
    """
    release = video.release
    if release is None or not release.poster_key or not access.may_play(video, viewer):
        return None
    return object_url(video, release, release.poster_key)


def object_url(video: Video, release: Release, key: str) -> str:
    """The address of an object of a release, for somebody who may play it."""
    signed = outputs().signed_url(key, until=tokens.until(duration_of(video)))
    return signed or _address(video, release.pk, keys.within_release(release.pk, key))


def _address(video: Video, release_id: UUID, name: str) -> str:
    """The path of something of a release, with a token for it."""
    token = tokens.issue(release_id, duration=duration_of(video))
    return f"{get_script_prefix()}m/{token}/{release_id}/{name}"


def duration_of(video: Video) -> float:
    """Seconds that its release lasts, when that is complete, else as far as the source was probed.

    The video's source and release must be joined.
    """
    if video.release and video.release.is_complete and video.release.duration:
        return video.release.duration
    return lifetimes.seconds_of(video.source.found if video.source else None)
