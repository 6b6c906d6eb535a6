"""Move all rows, table by table, and compare the written rows with the source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.models import Model, QuerySet

from accounts import audit
from processing.database_move import source, target
from processing.database_move.source import CannotMove
from processing.database_move.values import Checksum, cleaned, misfit

LEFT_BEHIND = frozenset({"sessions.session", "django_dramatiq.task"})
"""Models that are not moved: the sessions of logged-in users, and a queue's history that nothing
reads."""
_CHUNK = 500
_MOST_TOLD = 20


@dataclass
class Table:
    """A moved table, with its checksum and the number of values that had to be cleaned."""

    name: str
    checksum: Checksum = field(default_factory=Checksum)
    cleaned: int = 0


Report = Callable[[Table], None]


class _OnlyLooked(Exception):
    """Raised to roll back the rows that a dry run wrote."""


def move(path: Path, *, report: Report, progress: Report, dry_run: bool = False) -> list[Table]:
    """Move all tables. Call ``report`` after each, and ``progress`` after every ``_CHUNK`` rows.

    A dry run does everything and then rolls it back. The move is recorded in the audit log of the
    new database, in the same transaction. Raises ``CannotMove``.
    """
    if connection.vendor != "postgresql":
        raise CannotMove(
            "DATABASE_URL names no PostgreSQL: set it to the database that is moved into."
        )
    models = moved_models()
    done: list[Table] = []
    try:
        with transaction.atomic(), source.opened(path) as old:
            source.require_migrated(old, "the SQLite database")
            source.require_migrated(connection, "the PostgreSQL database")
            source.require_still(path)
            target.require_empty(models)
            target.clear(models)
            for model in models:
                table = _Moved(model, progress).move()
                done.append(table)
                report(table)
            target.finish(models)
            if dry_run:
                raise _OnlyLooked
            audit.command("move_database", rows=sum(table.checksum.rows for table in done))
    except _OnlyLooked:
        return done
    except (DataError, IntegrityError, OperationalError) as error:
        raise CannotMove(f"PostgreSQL refused the rows: {error}".strip()) from error
    return done


def moved_models() -> list[type[Model]]:
    """Return the models of all managed tables, of this product and of the apps it uses.

    The models in ``LEFT_BEHIND`` are left out.
    """
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.label_lower not in LEFT_BEHIND
    ]


class _Moved:
    """Moves one table."""

    def __init__(self, model: type[Model], progress: Report) -> None:
        self._model = model
        self._fields = list(model._meta.local_concrete_fields)
        self._names = [one.attname for one in self._fields]
        self._progress = progress
        self._misfits: list[str] = []
        self._table = Table(model._meta.db_table)

    def move(self) -> Table:
        """Write all rows, read them again, and compare the checksums. Raises ``CannotMove``."""
        target.copy(self._model, self._fields, self._rows())
        if self._misfits:
            raise CannotMove(
                "These values do not fit into PostgreSQL's columns; shorten or correct them in the"
                " SQLite database first:\n" + "\n".join(self._misfits[:_MOST_TOLD])
            )
        written = Checksum()
        for page in target.read(self._model, self._names):
            written.add(page)
        if written != self._table.checksum:
            raise CannotMove(
                f"What stands in {self._table.name} is not what was written: {written.rows} rows,"
                f" {written}, where {self._table.checksum.rows}, {self._table.checksum} were."
            )
        return self._table

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        rows: QuerySet[Any] = QuerySet(self._model, using=source.ALIAS)
        found = rows.order_by("pk").values_list(*self._names)
        for row in found.iterator(chunk_size=_CHUNK):
            plain = tuple(cleaned(value) for value in row)
            self._table.cleaned += sum(a is not b for a, b in zip(plain, row, strict=True))
            if not self._fits(plain):
                continue
            self._table.checksum.add([plain])
            if self._table.checksum.rows % _CHUNK == 0:
                self._progress(self._table)
            yield plain

    def _fits(self, row: tuple[Any, ...]) -> bool:
        wrong = [
            f"{self._table.name}, row {row[self._names.index(self._model._meta.pk.attname)]}:"
            f" {one.column} {why}"
            for one, value in zip(self._fields, row, strict=True)
            if (why := misfit(one, value, connection))
        ]
        self._misfits += wrong
        return not wrong
