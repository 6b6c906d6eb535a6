"""The PostgreSQL database that the rows are moved into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, JSONField, Model, QuerySet
from psycopg.types.json import Jsonb

from processing.database_move.source import CannotMove

_PAGE = 500
# Tables that migrations, the doctor or a reconciler that was started too soon write to.
_FILLED_BY_ITSELF = frozenset(
    {
        *("contenttypes.contenttype", "auth.permission"),
        *("auth.group", "auth.group_permissions", "accounts.role", "accounts.plan"),
        *("processing.encodingprofile", "processing.encodingrung"),
        *("processing.dutyrun", "processing.reconciler", "processing.worker"),
        *("videos.installation", "videos.eventlog", "videos.walk"),
    }
)


def require_empty(models: Iterable[type[Model]]) -> None:
    """Raise ``CannotMove`` if the database has rows other than those created automatically."""
    for model in models:
        if model._meta.label_lower not in _FILLED_BY_ITSELF and rows(model).exists():
            raise CannotMove(
                f"The PostgreSQL database is not empty: {model._meta.db_table} has rows. Make a"
                " new database, and give `manage.py migrate` with it."
            )


def clear(models: Sequence[type[Model]]) -> None:
    """Lock all tables until the transaction ends, and delete the rows created automatically."""
    tables = [connection.ops.quote_name(model._meta.db_table) for model in models]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', '0', true),"
            " set_config('statement_timeout', '0', true), set_config('lock_timeout', '20s', true)"
        )
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  # a table of ours


def copy(
    model: type[Model], fields: Sequence[Field[Any, Any]], found: Iterable[Sequence[Any]]
) -> None:
    """Write rows, with each value as its field stores it. No time is set to now."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as writer:
        for row in found:
            pairs = zip(fields, row, strict=True)
            writer.write_row([_stored(field, one) for field, one in pairs])


def _stored(field: Field[Any, Any], value: Any) -> Any:
    """Return a value as the database stores it. None in a JSON column that may not be NULL becomes
    JSON's own null."""
    if value is None and not field.null and isinstance(field, JSONField):
        return Jsonb(None)
    return field.get_db_prep_save(value, connection)


def read(model: type[Model], names: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield all rows, ``_PAGE`` at a time."""
    after: Any = None
    while True:
        behind = rows(model).filter(pk__gt=after) if after is not None else rows(model)
        page = list(behind.order_by("pk").values_list("pk", *names)[:_PAGE])
        if not page:
            return
        after = page[-1][0]
        yield [row[1:] for row in page]


def finish(models: Sequence[type[Model]]) -> None:
    """Set the sequences that assign ids, and check the deferred constraints between rows."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def rows(model: type[Model]) -> QuerySet[Model]:
    """Return a query for all rows, including those that the model's manager leaves out."""
    return QuerySet(model, using="default")
