"""Render the playlists of a release from its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from processing.packaging import dash
from processing.packaging import release as packaging
from processing.packaging.release import IFRAMES_SUFFIX, StoredRendition
from processing.packaging.texts import TextTrack
from videos.models import Chunk, Release, Rendition, Sound
from videos.renditions import AddressOf, added, describe, stored, stored_one
from videos.tracks import selectors

MULTIVARIANT = "master.m3u8"
MANIFEST = "manifest.mpd"
_HLS = ".m3u8"


@dataclass(frozen=True)
class Beside:
    """What playlists of a release list beside it: the ``texts`` and the ``sounds`` of a video."""

    texts: Sequence[TextTrack] = ()
    sounds: Sequence[Sound] = ()


NOTHING = Beside()


class NoSuchPlaylist(Exception):
    """Raised when a release has no playlist of this name."""


def live(release_id: UUID) -> Release | None:
    """Return a release that has playlists, or None."""
    states = [Release.State.GROWING, Release.State.COMPLETE, Release.State.RETIRED]
    return Release.objects.filter(pk=release_id, state__in=states).first()


def render(release: Release, name: str, *, address_of: AddressOf, beside: Beside = NOTHING) -> str:
    """Render the playlist with this file name: ``master.m3u8``, ``<rendition>.m3u8``,
    ``<rendition>-iframes.m3u8`` or ``manifest.mpd``. The last two exist for complete releases only.
    What is ``beside`` it is listed in the first and the last one, and each sound has a playlist
    that is called as its track. Raises ``NoSuchPlaylist``."""
    text = _text(release, name, address_of, beside)
    if text is None:
        raise NoSuchPlaylist
    return text


def _text(release: Release, name: str, address_of: AddressOf, beside: Beside) -> str | None:
    heard = {f"{sound.track_id}{_HLS}": _heard(sound, address_of) for sound in beside.sounds}
    if name == MULTIVARIANT:
        return _multivariant(release, list(heard.values()), beside.texts)
    if name == MANIFEST:
        every = stored(release, address_of=address_of) if release.is_complete else []
        return dash.manifest([*every, *heard.values()], beside.texts) if every else None
    if name in heard:
        target = release.target_duration
        return packaging.media_playlist(heard[name], complete=True, target=target)
    return _media(release, name.removesuffix(_HLS), address_of)


def _media(release: Release, stem: str, address_of: AddressOf) -> str | None:
    if not release.is_complete:
        return _growing(release, stem, address_of)
    if (rendition := _rendition(release, stem, None, address_of)) is not None:
        return packaging.media_playlist(rendition, complete=True, target=release.target_duration)
    if stem.endswith(IFRAMES_SUFFIX):
        rendition = _rendition(release, stem.removesuffix(IFRAMES_SUFFIX), None, address_of)
        return packaging.iframe_playlist(rendition) if rendition else None
    return None


def _heard(sound: Sound, address_of: AddressOf) -> StoredRendition:
    return added(sound, name=selectors.name_of(sound.track), address_of=address_of)


def _multivariant(
    release: Release, heard: Sequence[StoredRendition], tracks: Sequence[TextTrack]
) -> str | None:
    rows = Rendition.objects.filter(release=release).largest_first()
    renditions = [describe(row) for row in rows]
    if not renditions:
        return None
    complete = release.is_complete
    every = [*renditions, *heard]
    return packaging.multivariant_playlist(every, complete=complete, tracks=tracks)


def _growing(release: Release, name: str, address_of: AddressOf) -> str | None:
    """Render the chunks that every rendition has from the first one on, and no more."""
    numbers: dict[int, list[int]] = {
        pk: [] for pk in Rendition.objects.filter(release=release).values_list("pk", flat=True)
    }
    there = Chunk.objects.filter(rendition__release=release).values_list("rendition_id", "number")
    for pk, number in there:
        numbers.setdefault(pk, []).append(number)
    prefix = packaging.common_prefix(numbers.values())
    rendition = _rendition(release, name, prefix, address_of)
    if rendition is None:
        return None
    return packaging.media_playlist(rendition, complete=False, target=release.target_duration)


def _rendition(
    release: Release, name: str, prefix: int | None, address_of: AddressOf
) -> StoredRendition | None:
    """Return a rendition with its chunks numbered below ``prefix`` (all for None), if it has
    any."""
    row = Rendition.objects.filter(release=release, name=name).first()
    if row is None:
        return None
    rendition = stored_one(row, before=prefix, address_of=address_of)
    return rendition if rendition.chunks else None
