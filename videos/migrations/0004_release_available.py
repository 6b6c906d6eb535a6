from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("videos", "0003_release_swept")]

    operations = [
        migrations.AddField(
            model_name="release",
            name="available_seconds",
            field=models.FloatField(
                default=0.0, help_text="from the start, without a gap"
            ),
        ),
    ]
