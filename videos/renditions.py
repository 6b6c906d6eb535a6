"""Rows of a release as the packaging knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from django.db.models import Prefetch
from django.utils.translation import get_language_info

from processing.packaging.languages import tag
from processing.packaging.release import StoredChunk, StoredRendition
from videos.models import Chunk, Release, Rendition

AddressOf = Callable[[Chunk], str]


def key_of(chunk: Chunk) -> str:
    """The address of a chunk among ourselves: its key in the outputs storage."""
    return chunk.key


def stored(release: Release, *, address_of: AddressOf = key_of) -> list[StoredRendition]:
    """Every rendition of a release with its chunks, the largest picture first, sound last."""
    renditions = Rendition.objects.filter(release=release).largest_first()
    every = renditions.prefetch_related(Prefetch("chunks", Chunk.objects.order_by("number")))
    return [describe(one, one.chunks.all(), address_of=address_of) for one in every]


def describe(
    rendition: Rendition, chunks: Iterable[Chunk] = (), *, address_of: AddressOf = key_of
) -> StoredRendition:
    """One rendition with these of its chunks."""
    language = tag(rendition.language)
    return StoredRendition(
        name=rendition.name,
        is_video=rendition.kind == Rendition.Kind.VIDEO,
        codecs=rendition.codecs,
        timescale=rendition.timescale,
        bandwidth=rendition.peak_bitrate or 0,
        average_bandwidth=rendition.bitrate or 0,
        iframe_bandwidth=rendition.iframe_peak_bitrate or 0,
        iframe_average_bandwidth=rendition.iframe_bitrate or 0,
        chunks=[_chunk(chunk, address_of) for chunk in chunks],
        width=rendition.width or 0,
        height=rendition.height or 0,
        frame_rate=Fraction(rendition.frame_rate) if rendition.frame_rate else None,
        channels=rendition.channels or 0,
        language=language,
        title=rendition.title or _name(language),
        default=rendition.default,
        init_sha256=rendition.init_sha256,
    )


def _chunk(chunk: Chunk, address_of: AddressOf) -> StoredChunk:
    return StoredChunk(
        number=chunk.number,
        uri=address_of(chunk),
        size=chunk.bytes,
        init_size=chunk.init_bytes,
        start=chunk.start,
        duration=chunk.duration,
        rows=chunk.segments,
    )


def _name(language: str) -> str:
    """What speakers of a language call it; its tag where Django does not know, or nothing."""
    try:
        return str(get_language_info(language)["name_local"]).capitalize()
    except KeyError:
        return language
