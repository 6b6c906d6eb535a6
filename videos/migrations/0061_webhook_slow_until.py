from django.db import migrations, models


class Migration(migrations.Migration):
    """A webhook that answered slowly gets one message at a time for a while."""

    dependencies = [("videos", "0060_playback_generation")]

    operations = [
        migrations.AddField(
            model_name="webhookendpoint",
            name="slow_until",
            field=models.DateTimeField(
                blank=True, help_text="until when it gets one message at a time", null=True
            ),
        ),
    ]
