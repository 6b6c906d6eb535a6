from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("videos", "0004_release_available")]

    operations = [
        migrations.AddField(
            model_name="rendition",
            name="download_key",
            field=models.CharField(
                blank=True, help_text="an MP4 of it with sound", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="rendition",
            name="download_bytes",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
