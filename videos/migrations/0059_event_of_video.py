from django.db import migrations, models


class Migration(migrations.Migration):
    """The events of one video are read in order."""

    dependencies = [("videos", "0058_notifications")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["video_id", "position"], name="event_of_video"),
        ),
    ]
