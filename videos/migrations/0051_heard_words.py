from django.db import migrations, models

from videos import spoken_index


def index_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        spoken_index.install(schema_editor.connection)
        spoken_index.fill(schema_editor.connection)


def forget_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        spoken_index.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """Videos are found by what is said in them."""

    atomic = False
    dependencies = [("videos", "0050_tracks")]

    operations = [
        migrations.AddField(
            model_name="cue",
            name="heard",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="its words and those of the next cue, for the search",
            ),
        ),
        migrations.RunPython(index_words, forget_words, atomic=False),
    ]
