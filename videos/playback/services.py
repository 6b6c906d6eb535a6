"""Issue playback addresses.

This module checks whether a viewer may play a video; `gate` checks at each request whether an
address is still valid. An address that is issued while a video is open to everybody closes when
that ends, whoever asked for it, since a program may pass it on. On the pages of the owner and staff
it stays valid (``held``), so that their player goes on when the owner hides the video.
"""

from collections.abc import Callable
from uuid import UUID

from django.urls import get_script_prefix

from videos import access, keys, lifetimes, storage
from videos.models import Release, Video
from videos.playback import media_tracks, playlists, tokens
from videos.playback.gate import Audience


def hls_url(video: Video, viewer: access.Viewer, *, held: bool = False) -> str | None:
    """Return the address of the multivariant playlist for a viewer, or None if there is none to
    play. It lists the video's tracks too.

    The video's source must be joined.
    """
    name = _with_tracks(video, playlists.MULTIVARIANT, _audience(video, viewer, held=held))
    return named_url(video, name, viewer, held=held)


def dash_url(video: Video, viewer: access.Viewer) -> str | None:
    """Return the path of the DASH manifest for a viewer, or None if there is none to play or the
    release is still growing.

    The video's source and release must be joined.
    """
    release = video.release
    if release is None or not release.is_complete or not access.may_play(video, viewer):
        return None
    audience = _audience(video, viewer, held=False)
    name = _with_tracks(video, playlists.MANIFEST, audience)
    return _address(video, release.pk, name, audience)


def tracks_url(video: Video, viewer: access.Viewer, *, held: bool = False) -> str | None:
    """Return the address under which the texts of a video's tracks lie, or None if the viewer may
    not see the video.

    The video's source and release must be joined.
    """
    if not access.may_see(video, viewer):
        return None
    return _address(video, video.pk, "", _audience(video, viewer, held=held))


def _with_tracks(video: Video, name: str, audience: Audience) -> str:
    """Return the name of a playlist below the name of the video whose tracks it is to list, which
    has a token of its own: several videos may share a release."""
    token = _token(video, video.pk, audience)
    return media_tracks.below(video.pk, token, name)


def poster_url(video: Video, viewer: access.Viewer, *, held: bool = False) -> str | None:
    """Return the address of the poster for a viewer, or None if there is none. The one that the
    owner gave takes precedence, and is shown before anything plays.

    The video's source and release must be joined.
    """
    if video.own_poster:
        return _own_poster_url(video, keys.POSTER, viewer, held=held)
    release = video.release
    if release is None or not release.poster_key or not access.may_play(video, viewer):
        return None
    return object_url(video, release, release.poster_key, viewer, held=held)


def small_poster_url(video: Video, viewer: access.Viewer, *, held: bool = False) -> str | None:
    """Return the address of the small poster for lists, or None if there is only the normal poster.

    The video's source and release must be joined.
    """
    if video.own_poster:
        return _own_poster_url(video, keys.SMALL_POSTER, viewer, held=held)
    release = video.release
    if release is None or not release.small_poster_key or not access.may_play(video, viewer):
        return None
    return object_url(video, release, release.small_poster_key, viewer, held=held)


def own_poster_urls(
    video: Video, viewer: access.Viewer, *, held: bool = False
) -> Callable[[str], str] | None:
    """Return what gives the addresses of the pictures of the poster that the owner gave; None if
    there is none, or the viewer may not see it."""
    base = _own_poster_url(video, "", viewer, held=held)
    return (lambda name: base + name) if base else None


def _own_poster_url(video: Video, name: str, viewer: access.Viewer, *, held: bool) -> str | None:
    if video.own_poster is None or not access.may_see(video, viewer):
        return None
    return _address(video, video.own_poster, name, _audience(video, viewer, held=held))


def object_url(
    video: Video, release: Release, key: str, viewer: access.Viewer, *, held: bool = False
) -> str:
    """Return the path of an object of a release, for a viewer who may play it. The path of an
    object in a bucket redirects there."""
    return object_urls(video, release, viewer, held=held)(key)


def object_urls(
    video: Video, release: Release, viewer: access.Viewer, *, held: bool = False
) -> Callable[[str], str]:
    """Return what gives the paths of a release's objects, as ``object_url`` does: one token is for
    all of them."""
    base = _address(video, release.pk, "", _audience(video, viewer, held=held))
    return lambda key: base + keys.within_release(release.pk, key)


def named_url(video: Video, name: str, viewer: access.Viewer, *, held: bool = False) -> str | None:
    """Return the path of what each release has under this name, or None if there is no release that
    the viewer may play.

    The video's source and release must be joined.
    """
    if video.release_id is None or not access.may_play(video, viewer):
        return None
    return _address(video, video.release_id, name, _audience(video, viewer, held=held))


def _audience(video: Video, viewer: access.Viewer, *, held: bool) -> Audience:
    if access.is_open(video) and not (held and access.may_inspect(video, viewer)):
        return Audience.OPEN
    return Audience.HELD


def _address(video: Video, folder: UUID, name: str, audience: Audience) -> str:
    """Return the path of a file of a release or a poster, with a token for it."""
    return f"{get_script_prefix()}m/{_token(video, folder, audience)}/{folder}/{name}"


def _token(video: Video, folder: UUID, audience: Audience) -> str:
    of = video.release if video.release and folder == video.release_id else video
    return tokens.issue(
        folder,
        duration=duration_of(video),
        audience=audience,
        generation=of.playback_generation,
    )


def seconds_it_plays_on(video: Video) -> int:
    """Return for how many seconds a viewer may go on playing a video after it is hidden or deleted.
    On a disk this is 0; from a bucket it lasts until the addresses in the playlists expire.

    The video's source and release must be joined.
    """
    if video.release_id is None or not storage.gives_addresses_of_its_own():
        return 0
    return int(lifetimes.longest_address(duration_of(video)).total_seconds())


def duration_of(video: Video) -> float:
    """Return the duration of the video's release in seconds if that is complete, else the duration
    that the probe found.

    The video's source and release must be joined.
    """
    if video.release and video.release.is_complete and video.release.duration:
        return video.release.duration
    return lifetimes.seconds_of(video.source.found if video.source else None)
