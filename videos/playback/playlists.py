"""Playlists of a release, rendered from its rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from processing.packaging import hls, segments
from videos.models import Chunk, Release, Rendition

AddressOf = Callable[[Chunk], str]


class NoSuchPlaylist(Exception):
    """Raised when a release has no playlist of this name."""


@dataclass(frozen=True)
class Playlist:
    """The text, and whether it can never change."""

    text: str
    complete: bool


def render(release_id: UUID, name: str, *, address_of: AddressOf) -> Playlist:
    """The playlist ``master`` or that of a rendition."""
    release = _load(release_id)
    renditions = list(release.renditions.all())
    complete = release.state == Release.State.COMPLETE
    if name == "master":
        return Playlist(_multivariant(renditions), complete)
    for rendition in renditions:
        if rendition.name == name:
            return Playlist(_media(rendition, complete, address_of), complete)
    raise NoSuchPlaylist


def _load(release_id: UUID) -> Release:
    live = [Release.State.GROWING, Release.State.COMPLETE, Release.State.RETIRED]
    renditions = Rendition.objects.largest_first().prefetch_related(
        Prefetch("chunks", Chunk.objects.order_by("number"))
    )
    release = (
        Release.objects.filter(pk=release_id, state__in=live)
        .prefetch_related(Prefetch("renditions", renditions))
        .first()
    )
    if release is None or not release.renditions.all():
        raise NoSuchPlaylist
    return release


def _multivariant(renditions: Sequence[Rendition]) -> str:
    audio = [r for r in renditions if r.kind == Rendition.Kind.AUDIO]
    video = [r for r in renditions if r.kind == Rendition.Kind.VIDEO]
    return hls.multivariant_playlist(
        [_variant(r, audio) for r in video or audio],
        [_audio(r, first=index == 0) for index, r in enumerate(audio)] if video else [],
    )


def _variant(rendition: Rendition, audio: Sequence[Rendition]) -> hls.Variant:
    """A rung with the audio that plays beside it: bandwidths and codecs are of both."""
    beside = [track for track in audio if track.pk != rendition.pk][:1]
    both = [rendition, *beside]
    return hls.Variant(
        uri=f"{rendition.name}.m3u8",
        bandwidth=sum(r.peak_bitrate or 0 for r in both),
        average_bandwidth=sum(r.bitrate or 0 for r in both),
        codecs=",".join(dict.fromkeys(r.codecs for r in both)),
        width=rendition.width or 0,
        height=rendition.height or 0,
        frame_rate=rendition.frames_per_second or 0,
    )


def _audio(rendition: Rendition, *, first: bool) -> hls.AudioRendition:
    return hls.AudioRendition(
        uri=f"{rendition.name}.m3u8",
        name=rendition.language or "Audio",
        language=rendition.language or "und",
        channels=rendition.channels or 2,
        default=first,
    )


def _media(rendition: Rendition, complete: bool, address_of: AddressOf) -> str:
    refs: list[hls.MediaSegmentRef] = []
    chunks = list(rendition.chunks.all())
    for number, chunk in enumerate(chunks):
        if chunk.number != number:
            break
        uri = address_of(chunk)
        refs += [
            hls.MediaSegmentRef(
                uri=uri,
                offset=segment.offset,
                size=segment.size,
                seconds=segment.duration / rendition.timescale,
            )
            for segment in segments.from_json(chunk.segments)
        ]
    if not refs:
        raise NoSuchPlaylist
    first = chunks[0]
    init = hls.InitRef(uri=address_of(first), offset=0, size=first.init_bytes)
    return hls.media_playlist(init, refs, complete=complete)
