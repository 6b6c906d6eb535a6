from django.db import Error, migrations, transaction

NAMES = {
    "video_title_trigrams": ("videos_video", "title"),
    "source_filename_trigrams": ("videos_source", "filename"),
}


def index_trigrams(apps, schema_editor):
    """Whoever owns the database may add the extension (it is trusted since PostgreSQL 13). Where it
    is not installed, or another role has to add it, a search reads all videos, as it did before."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            for name, (table, column) in NAMES.items():
                # As Django writes `icontains`.
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {name} ON {table}"
                    f' USING gin (UPPER("{column}"::text) gin_trgm_ops)'
                )
    except Error:
        return


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in NAMES:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    """A text within a title, or the name of a file, is found by an index."""

    dependencies = [("videos", "0032_available_seconds_in_words")]

    operations = [migrations.RunPython(index_trigrams, drop_index)]
