from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("processing", "0017_run_slimmed")]

    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["id"], condition=Q(status__in=["queued", "running"]), name="run_active"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["id"],
                condition=Q(status__in=["succeeded", "failed", "canceled"], release__isnull=True),
                name="run_over_unreleased",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["run"],
                condition=Q(state__in=["ready", "running"]),
                name="task_moving_of_run",
            ),
        ),
    ]
