from django.db import migrations

from videos import search_index


def index_words(apps, schema_editor):
    """Each step can be repeated, so a migration that was killed goes on when it runs again."""
    if schema_editor.connection.vendor == "postgresql":
        search_index.install(schema_editor.connection)
        search_index.fill(schema_editor.connection, anew=False)


def forget_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        search_index.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """Videos are found by words and tags through indexes. Not one transaction: nobody waits while
    the words of all videos are written."""

    atomic = False
    dependencies = [("videos", "0034_ingest")]

    operations = [migrations.RunPython(index_words, forget_words, atomic=False)]
