from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("videos", "0021_event_log_row")]

    operations = [
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(
                fields=["expires_at"],
                condition=Q(finished_at__isnull=True),
                name="upload_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=False),
                name="upload_finished",
            ),
        ),
    ]
