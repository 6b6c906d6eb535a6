"""Check a complete release: its rows, its playlists and, when asked, every byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from processing.audit import files
from processing.audit.source_audit import check_source
from processing.ffmpeg.planning.plan import EncodePlan
from processing.models import Run
from processing.packaging import decoding, release_checks
from processing.packaging import report as reports
from processing.packaging.checker import Violation
from processing.packaging.plan_checks import check_plan
from processing.packaging.release import StoredChunk, StoredRendition
from processing.packaging.stored_checks import check_stored
from processing.packaging.track import MalformedTrack, read_track
from processing.steps import borders, tools
from videos import keys, objects, renditions
from videos.models import Release, StoredObject
from videos.storage import ObjectMissing, outputs

# Codes that were in use before there was a registry of objects.
_CODES = {"download": "download"}


def audit(
    release: Release, *, deep: bool = False, decode: bool = False, source: bool = False
) -> dict[str, Any]:
    """Check a complete release by its rows, store the report with it, and return the report.

    `deep` reads every box of every stored file, and `decode` also decodes every frame with FFmpeg.
    `source` decodes the original again and compares the release with it.
    """
    rows = renditions.stored(release)
    found = release_checks.check_release(rows, target=release.target_duration)
    found += _against_plan(release, rows)
    found += [
        Violation("borders", f"Chunk {number} does not begin as the one before it goes on.")
        for number in borders.differing(release.pk)
    ]
    found += _objects(release, but_chunks=deep or decode)
    if deep or decode:
        found += [finding for one in rows for finding in _stored(one, decode=decode)]
    if source:
        found += check_source(release, rows)
    checked = "frames" if decode else "bytes" if deep else "rows"
    checked += " and the source" if source else ""
    kept = reports.report(found, rows, target=release.target_duration, checked=checked)
    Release.objects.filter(pk=release.pk).update(report=kept)
    return kept


def _against_plan(release: Release, rows: Sequence[StoredRendition]) -> Iterator[Violation]:
    """Yield differences from the plan, or nothing if no plan is stored."""
    kept = Run.objects.filter(release=release).values_list("plan", flat=True).first()
    if kept is not None:
        yield from check_plan(rows, EncodePlan.from_json(kept))


def _stored(rendition: StoredRendition, *, decode: bool) -> Iterator[Violation]:
    """Yield findings about a rendition's files, of which one at a time is on this machine."""
    for chunk in rendition.chunks:
        try:
            with files.local(outputs(), chunk.uri) as path:
                yield from _file(rendition, chunk, path, decode=decode)
        except ObjectMissing:
            yield _finding("missing", rendition, chunk, "Nothing is stored.")
        except MalformedTrack as error:
            yield _finding("malformed", rendition, chunk, error.message)


def _file(
    rendition: StoredRendition, chunk: StoredChunk, path: Path, *, decode: bool
) -> Iterator[Violation]:
    size = path.stat().st_size
    if size != chunk.size:
        yield _finding("size", rendition, chunk, f"{size} bytes instead of {chunk.size}.")
    with path.open("rb") as file:
        yield from check_stored(rendition, chunk, read_track(file))
    if decode:
        said = decoding.complaints(path, tools.ffmpeg())
        if said:
            yield _finding("decoding", rendition, chunk, f"FFmpeg says: {said.splitlines()[0]}")


def _objects(release: Release, *, but_chunks: bool) -> Iterator[Violation]:
    """Check that all objects in the registry are stored with their sizes, by one listing.

    Chunks are left out with `but_chunks`, when they are read anyway.
    """
    objects.register_releases([release.pk])
    sizes = {one.key: one.size for one in outputs().list_prefix(release.prefix)}
    rows = StoredObject.objects.filter(release=release, state=StoredObject.State.STORED)
    if but_chunks:
        rows = rows.exclude(role=StoredObject.Role.CHUNK)
    for row in rows.order_by("pk"):
        size = sizes.get(row.key)
        if size is None:
            yield Violation(_CODES.get(row.role, "missing"), f"The {_told(row)} is not stored.")
        elif row.bytes is not None and size != row.bytes:
            message = f"The {_told(row)} has {size} bytes, not {row.bytes}."
            yield Violation(_CODES.get(row.role, "size"), message)


def _told(row: StoredObject) -> str:
    return f"{row.role} {keys.name_of(row.key)}"


def _finding(code: str, rendition: StoredRendition, chunk: StoredChunk, message: str) -> Violation:
    return Violation(code, f"{rendition.name}, chunk {chunk.number}: {message}")
