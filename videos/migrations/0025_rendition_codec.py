from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("videos", "0024_release_duration")]

    operations = [
        migrations.AddField(
            model_name="rendition",
            name="codec",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="h264, av1; empty: see codecs",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="kind",
            field=models.CharField(
                choices=[("video", "Video"), ("audio", "Audio"), ("text", "Text")], max_length=5
            ),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="name",
            field=models.CharField(
                help_text="720p, 720p-av1, audio; the name of its playlist", max_length=32
            ),
        ),
    ]
