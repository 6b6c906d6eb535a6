"""What values become on their way from SQLite to PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from processing.database_move.values import Checksum, cleaned, misfit
from videos.models import Chunk, StoredObject, Video

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a\0b", "ab"),
        ("half \ud83d of one", "half \ufffd of one"),
        ({"a\0": ["\0", {"b": "\ud800"}]}, {"a": ["", {"b": "\ufffd"}]}),
        (["\0"], [""]),
    ],
)
def test_texts_lose_what_postgresql_refuses(value: Any, kept: Any) -> None:
    assert cleaned(value) == kept
    assert cleaned(value) is not value


@pytest.mark.parametrize(
    "value", ["", "é 😀", 3, None, {"a": [1, 2.5, None, {"b": "c"}]}, [], {}, datetime.now(UTC)]
)
def test_all_else_stays_the_same_object(value: Any) -> None:
    assert cleaned(value) is value


@given(JSON)
def test_what_is_cleaned_can_be_encoded_and_is_clean(value: Any) -> None:
    once = cleaned(value)
    assert "\0" not in str(once)
    assert cleaned(once) is once


def _sum(*rows: tuple[Any, ...]) -> Checksum:
    checksum = Checksum()
    checksum.add(rows)
    return checksum


def test_a_checksum_is_of_rows_in_any_order_and_of_their_number() -> None:
    assert _sum((1, "a"), (2, "b")) == _sum((2, "b"), (1, "a"))
    assert _sum((1, "a")) != _sum((1, "b"))
    assert _sum((1, "a"), (1, "a")) != _sum((1, "a"))
    assert _sum(("1",)) != _sum((1,))
    assert _sum((True,)) != _sum((1,))


def test_the_same_value_written_otherwise_has_the_same_checksum() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=5)))
    assert _sum((moment,)) == _sum((elsewhere,))
    assert _sum(({"a": 1e22, "b": 2},)) == _sum(({"b": 2.0, "a": 10**22},))
    assert _sum((UUID(int=5),)) == _sum((UUID(int=5),))


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps to no range")
def test_what_does_not_fit_is_named() -> None:
    title, size = Video._meta.get_field("title"), Chunk._meta.get_field("init_bytes")
    tries = StoredObject._meta.get_field("tries")
    assert misfit(title, "x" * 200, connection) == ""
    assert misfit(title, "x" * 201, connection) == "has 201 characters, where 200 fit"
    assert misfit(size, 2**31 - 1, connection) == ""
    assert "2147483648" in misfit(size, 2**31, connection)
    assert "40000" in misfit(tries, 40_000, connection)
