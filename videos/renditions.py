"""Convert the rows of a release into the types of the packaging code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction

from django.db.models import QuerySet
from django.utils.translation import get_language_info

from processing.ffmpeg.output_format import CHANNELS
from processing.packaging.addresses import Address
from processing.packaging.kinds import Kind
from processing.packaging.languages import tag
from processing.packaging.release import StoredChunk, StoredRendition
from videos.models import Chunk, Release, Rendition, Sound

AddressOf = Callable[[str], Address]

# A film of several hours has thousands of chunks, so only columns are read, not model instances.
_COLUMNS = ("number", "key", "bytes", "init_bytes", "start", "duration", "segments")


def key_of(key: str) -> Address:
    """Return the internal address of a chunk: its key in the outputs storage."""
    return Address(key)


def stored(release: Release, *, address_of: AddressOf = key_of) -> list[StoredRendition]:
    """Return every rendition of a release with its chunks, largest frame first, audio last."""
    renditions = list(Rendition.objects.filter(release=release).largest_first())
    every = Chunk.objects.filter(rendition__in=renditions).order_by("number")
    chunks = _by_rendition(every, address_of)
    return [describe(one, chunks[one.pk]) for one in renditions]


def stored_one(
    rendition: Rendition, *, before: int | None = None, address_of: AddressOf = key_of
) -> StoredRendition:
    """Return one rendition with its chunks: all of them, or those numbered below ``before``."""
    chunks = rendition.chunks.order_by("number")
    if before is not None:
        chunks = chunks.filter(number__lt=before)
    return describe(rendition, _by_rendition(chunks, address_of)[rendition.pk])


def describe(rendition: Rendition, chunks: Sequence[StoredChunk] = ()) -> StoredRendition:
    """Return one rendition with these chunks."""
    language = tag(rendition.language)
    return StoredRendition(
        name=rendition.name,
        kind=Kind(rendition.kind),
        codecs=rendition.codecs,
        known_codec=rendition.codec,
        timescale=rendition.timescale,
        bandwidth=rendition.peak_bitrate or 0,
        average_bandwidth=rendition.bitrate or 0,
        iframe_bandwidth=rendition.iframe_peak_bitrate or 0,
        iframe_average_bandwidth=rendition.iframe_bitrate or 0,
        chunks=chunks,
        width=rendition.width or 0,
        height=rendition.height or 0,
        frame_rate=Fraction(rendition.frame_rate) if rendition.frame_rate else None,
        channels=rendition.channels or 0,
        language=language,
        title=rendition.title or _name(language),
        default=rendition.default,
        init_sha256=rendition.init_sha256,
    )


def added(sound: Sound, *, name: str, address_of: AddressOf = key_of) -> StoredRendition:
    """Return what was made of an added audio track, whose row is joined; menus call it ``name``."""
    track = sound.track
    uri, mapped = address_of(sound.key)
    chunk = StoredChunk(
        0, uri, sound.bytes, sound.init_bytes, 0, sound.duration, sound.segments, mapped
    )
    return StoredRendition(
        name=str(track.pk),
        kind=Kind.AUDIO,
        codecs=sound.codecs,
        timescale=sound.timescale,
        bandwidth=sound.peak_bitrate,
        average_bandwidth=sound.bitrate,
        chunks=(chunk,),
        channels=CHANNELS,
        language=track.language,
        title=name,
        default=track.is_default,
        added=True,
    )


def _by_rendition(
    chunks: QuerySet[Chunk], address_of: AddressOf
) -> defaultdict[int, list[StoredChunk]]:
    """Return the packaging's chunks by the id of their rendition, in the given order."""
    found: defaultdict[int, list[StoredChunk]] = defaultdict(list)
    for told in chunks.values_list("rendition_id", *_COLUMNS):
        rendition, number, key, size, init, start, duration, rows = told
        uri, mapped = address_of(key)
        found[rendition].append(StoredChunk(number, uri, size, init, start, duration, rows, mapped))
    return found


def _name(language: str) -> str:
    """Return the language's own name; its tag if Django does not know it, or nothing."""
    try:
        return str(get_language_info(language)["name_local"]).capitalize()
    except KeyError:
        return language
