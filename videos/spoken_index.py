"""The words of cues, kept by PostgreSQL itself in a column that only it knows.

A trigger writes the column as it does for videos, with the same function that cuts texts into
words: see ``search_index``. SQLite has none of this: see ``search``.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

COLUMN = "heard_words"
INDEX = "cue_words"
_BATCH = 5000
_TRIGGER = f"""
CREATE OR REPLACE FUNCTION videos_keep_heard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.{COLUMN} := array_to_tsvector(videos_words(NEW.heard));
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS {INDEX} ON videos_cue;
CREATE TRIGGER {INDEX}
BEFORE INSERT OR UPDATE OF heard ON videos_cue
FOR EACH ROW EXECUTE FUNCTION videos_keep_heard()
"""

_FILL = """
WITH written AS (
    UPDATE videos_cue SET heard = heard WHERE id IN (
        SELECT id FROM videos_cue WHERE id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE
    ) RETURNING id
) SELECT max(id) FROM written
"""


def install(connection: Any) -> None:
    """Create the column, the trigger and the index, or renew them."""
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE videos_cue ADD COLUMN IF NOT EXISTS {COLUMN} tsvector")
        cursor.execute(_TRIGGER)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS {INDEX} ON videos_cue USING gin ({COLUMN})"
            " WITH (fastupdate = off)"
        )


def fill(connection: Any) -> None:
    """Write the words of all cues again, some at a time."""
    last = 0
    while last is not None:
        with connection.cursor() as cursor:
            cursor.execute(_FILL, [last, _BATCH])
            [last] = cursor.fetchone()


def remove(connection: Any) -> None:
    """Take all of it away."""
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {INDEX} ON videos_cue")
        cursor.execute("DROP FUNCTION IF EXISTS videos_keep_heard()")
        cursor.execute(f"ALTER TABLE videos_cue DROP COLUMN IF EXISTS {COLUMN}")
