"""The words of videos, kept by PostgreSQL itself in a column that only it knows.

A trigger writes the column, so that every version of this program, and every command, keeps it
true. A word is a run of letters and digits, in lower case and without accents; the extension
``unaccent`` also knows letters that are no accented ones, such as ø and ß. SQLite has none of this:
see ``search``.
"""

from __future__ import annotations

from typing import Any

from django.db import Error, transaction

COLUMN = "words"
INDEX = "video_words"
TAGS_INDEX = "video_tags"
_BATCH = 2000
# One function for both sides, so that what is looked for is cut as what is found. They count as
# immutable so that a query is made once, when it is planned: no index is made of them. PostgreSQL
# takes words of less than 2,048 bytes, and less than a megabyte of them for a row.
_WORDS = """
CREATE OR REPLACE FUNCTION videos_words(told text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT COALESCE(array_agg(DISTINCT left(word, 100)), '{}')
    FROM regexp_split_to_table(
        regexp_replace(
            normalize(translate(lower(<unaccented>), '\u03c2', '\u03c3'), NFKD),
            '[\u0300-\u036f]', '', 'g'
        ),
        '[^[:alnum:]]+'
    ) AS word
    WHERE word <> ''
$$
"""
_QUERY = """
CREATE OR REPLACE FUNCTION videos_query(told text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery
    FROM unnest(videos_words(told)) AS word
$$
"""
_VECTOR = """
CREATE OR REPLACE FUNCTION videos_vector(video videos_video) RETURNS tsvector
LANGUAGE sql STABLE AS $$
    SELECT array_to_tsvector(videos_words(left(concat_ws(' ',
        video.title,
        (SELECT filename FROM videos_source WHERE id = video.source_id),
        video.description,
        (SELECT string_agg(one #>> '{}', ' ') FROM jsonb_path_query(
            jsonb_build_array(video.tags, video.provenance),
            'strict $.** ? (@.type() == "string")') AS one)
    ), 50000)))
$$
"""
_TRIGGER = f"""
CREATE OR REPLACE FUNCTION videos_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.{COLUMN} := videos_vector(NEW);
    RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS {INDEX} ON videos_video;
CREATE TRIGGER {INDEX}
BEFORE INSERT OR UPDATE OF title, description, tags, provenance, source_id ON videos_video
FOR EACH ROW EXECUTE FUNCTION videos_keep_words()
"""


def install(connection: Any) -> None:
    """Create the column, the functions, the trigger and the indexes, or renew them."""
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE videos_video ADD COLUMN IF NOT EXISTS {COLUMN} tsvector")
        cursor.execute(_WORDS.replace("<unaccented>", _unaccented(connection)))
        for one in (_QUERY, _VECTOR, _TRIGGER):
            cursor.execute(one)
    # Without a list of pending entries, which would make reading it dearer than reading all rows.
    with connection.cursor() as cursor:
        for name, column in ((INDEX, COLUMN), (TAGS_INDEX, "tags jsonb_path_ops")):
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {name} ON videos_video USING gin ({column})"
                " WITH (fastupdate = off)"
            )


def fill(connection: Any, *, anew: bool) -> None:
    """Write the words of the videos that have none yet, or of all, some at a time."""
    last, more = "00000000-0000-0000-0000-000000000000", True
    missing = "" if anew else f" AND {COLUMN} IS NULL"
    while more:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE videos_video v SET {COLUMN} = videos_vector(v) WHERE v.id IN"  # noqa: S608  # ours alone
                f" (SELECT id FROM videos_video WHERE id > %s{missing} ORDER BY id LIMIT {_BATCH}"
                " FOR NO KEY UPDATE) RETURNING v.id",
                [last],
            )
            done = [row[0] for row in cursor.fetchall()]
        more = bool(done)
        last = max(done, default=last)


def remove(connection: Any) -> None:
    """Take all of it away, but not the extension, which others may use."""
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {TAGS_INDEX}")
        cursor.execute(f"DROP TRIGGER IF EXISTS {INDEX} ON videos_video")
        cursor.execute("DROP FUNCTION IF EXISTS videos_keep_words()")
        cursor.execute("DROP FUNCTION IF EXISTS videos_vector(videos_video)")
        cursor.execute("DROP FUNCTION IF EXISTS videos_query(text)")
        cursor.execute("DROP FUNCTION IF EXISTS videos_words(text)")
        cursor.execute(f"ALTER TABLE videos_video DROP COLUMN IF EXISTS {COLUMN}")


def uses_unaccent(connection: Any) -> bool:
    """Return whether the words are made with the extension."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'videos_words'")
        return any("unaccent" in row[0] for row in cursor.fetchall())


def _unaccented(connection: Any) -> str:
    """Return the expression that takes away accents. Whoever owns the database may add the
    extension (it is trusted since PostgreSQL 13), if it is installed."""
    try:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    except Error:
        return "told"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n"
            " ON n.oid = extnamespace WHERE extname = 'unaccent'"
        )
        schema = cursor.fetchone()[0]
    return f"{schema}.unaccent('{schema}.unaccent', normalize(told, NFC))"
