"""Spool rows and objects into a temporary SQLite file, which compares them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet

from processing.models import Run
from videos import keys
from videos.inventory.findings import Broken, Part
from videos.models import (
    Chunk,
    Image,
    Picture,
    Release,
    Rendition,
    Sound,
    Source,
    StoredObject,
    Track,
    Upload,
    Video,
)
from videos.storage import MediaStorage

ORIGINALS, OUTPUTS = StoredObject.Storage.ORIGINALS.value, StoredObject.Storage.OUTPUTS.value
Row = tuple[Any, ...]

_STEP = 2000
_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
CREATE TABLE stored (storage TEXT, key TEXT, size INTEGER, modified REAL,
    PRIMARY KEY (storage, key)) WITHOUT ROWID;
CREATE TABLE known (storage TEXT, key TEXT, size INTEGER, release TEXT, source TEXT,
    state TEXT, fault TEXT, listed INTEGER, PRIMARY KEY (storage, key)) WITHOUT ROWID;
CREATE TABLE faulty (storage TEXT, key TEXT, PRIMARY KEY (storage, key)) WITHOUT ROWID;
CREATE TABLE broken (video TEXT, part TEXT, PRIMARY KEY (video, part)) WITHOUT ROWID;
"""
_KNOW = """
INSERT INTO known VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (storage, key) DO UPDATE SET
    size = coalesce(excluded.size, size), release = coalesce(release, excluded.release),
    source = coalesce(source, excluded.source), listed = max(listed, excluded.listed)
"""


class Spool:
    """A temporary SQLite file in a folder; it is written completely before it is read."""

    def __init__(self, folder: Path) -> None:
        self._file = sqlite3.connect(folder / "inventory.sqlite3", isolation_level=None)
        self._file.executescript(_TABLES)

    def close(self) -> None:
        """Close the file, so that the folder can be deleted."""
        self._file.close()

    def list_objects(self, name: str, storage: MediaStorage) -> None:
        """Write down the objects of a storage. Raises ``StorageUnavailable``."""
        self._insert(
            "INSERT OR REPLACE INTO stored VALUES (?, ?, ?, ?)",
            (
                (name, one.key, one.size, one.modified.timestamp())
                for one in storage.list_prefix("")
            ),
        )

    def list_rows(self) -> None:
        """Write down the rows: the object registry, and the columns that name objects."""
        self._insert(_KNOW, _registered())
        self._insert(_KNOW, _named())

    def note_fault(self, storage: str, key: str) -> None:
        """Note that this object is faulty."""
        self._file.execute("INSERT OR IGNORE INTO faulty VALUES (?, ?)", (storage, key))

    def note_broken(self, video: str, part: Part) -> None:
        """Note that a video lacks a file of this part."""
        self._file.execute("INSERT OR IGNORE INTO broken VALUES (?, ?)", (video, part.value))

    def broken(self) -> Iterator[Broken]:
        """Yield the videos noted as broken."""
        for rows in self.read("SELECT video, group_concat(part) FROM broken GROUP BY video"):
            there = Video.objects.filter(pk__in=[video for video, _ in rows])
            dropped = _ids(there.filter(source__dropped_at__isnull=False))
            runs = Run.objects.filter(pk=OuterRef("release_id"), source__isnull=False)
            remade = _ids(there.filter(Exists(runs)))
            for video, parts in rows:
                lacks = frozenset(map(Part, parts.split(",")))
                without = Part.ORIGINAL in lacks or video in dropped
                yield Broken(video, lacks, without, video in remade)

    def read(self, query: str, *values: object) -> Iterator[list[Row]]:
        """Yield the results of a query, 500 rows at a time."""
        with closing(self._file.cursor()) as cursor:
            cursor.execute(query, values)
            while rows := cursor.fetchmany(500):
                yield rows

    def _insert(self, statement: str, rows: Iterable[Row]) -> None:
        self._file.execute("BEGIN")
        self._file.executemany(statement, rows)
        self._file.execute("COMMIT")


def _registered() -> Iterator[Row]:
    columns = ("storage", "key", "bytes", "release_id", "source_id", "state", "fault")
    for storage, key, size, release, source, state, fault in walk(StoredObject.objects, *columns):
        yield storage, key, size, _text(release), _text(source), state, fault, 0


def _named() -> Iterator[Row]:
    """Yield the objects that other tables name, whatever the registry says."""
    stored = StoredObject.State.STORED.value
    for pk, key, size in walk(Source.objects.filter(dropped_at=None), "pk", "key", "size"):
        yield ORIGINALS, key, size, None, str(pk), stored, "", 1
    for (key,) in walk(Upload.objects.filter(finished_at=None), "key"):
        yield ORIGINALS, key, None, None, None, StoredObject.State.WRITING.value, "", 0
    for key, size in walk(Track.objects.exclude(original_key=""), "original_key", "original_bytes"):
        yield ORIGINALS, key, size, None, None, stored, "", 1
    outputs: Sequence[tuple[QuerySet[Any] | Any, Sequence[str]]] = (
        (Chunk.objects, ("key", "bytes", "rendition__release_id")),
        (Rendition.objects.exclude(download_key=""), ("download_key", "download_bytes", "release")),
        (Picture.objects.listed(), ("key", "bytes", "release_id")),
        (Sound.objects, ("key", "bytes", "release_id")),
    )
    for rows, columns in outputs:
        for key, size, release in walk(rows, *columns):
            yield OUTPUTS, key, size, str(release), None, stored, "", 1
    for column in ("copy", "thumbnail"):
        for key, size in walk(Image.objects, f"{column}_key", f"{column}_bytes"):
            yield OUTPUTS, key, size, None, None, stored, "", 1
    given = ("own_poster", "own_poster_sizes")
    for poster, sizes in walk(Video.objects.exclude(own_poster=None), *given):
        names = (sizes or {}).get(str(poster)) or keys.EARLIER_POSTER_FILES
        for key in keys.poster_files(poster, names):
            yield OUTPUTS, key, None, None, None, stored, "", 1
    for column in ("poster_key", "small_poster_key"):
        for pk, key in walk(Release.objects.exclude(**{column: ""}), "pk", column):
            yield OUTPUTS, key, None, str(pk), None, stored, "", 1


def walk(rows: QuerySet[Any] | Any, *columns: str) -> Iterator[Row]:
    """Yield some columns of all rows, paged by primary key so that no database cursor stays
    open."""
    after: object = None
    while True:
        behind: QuerySet[Model] = rows.filter(pk__gt=after) if after is not None else rows.all()
        page = list(behind.order_by("pk").values_list("pk", *columns)[:_STEP])
        if not page:
            return
        after = page[-1][0]
        yield from (row[1:] for row in page)


def _ids(videos: QuerySet[Video]) -> set[str]:
    return {str(pk) for pk in videos.values_list("pk", flat=True)}


def _text(pk: object) -> str | None:
    return None if pk is None else str(pk)
