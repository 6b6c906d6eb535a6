from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("processing", "0016_reconciler")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="slimmed",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="its tasks' commands and logs were deleted",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["finished_at"],
                condition=Q(status__in=["succeeded", "failed", "canceled"], slimmed=False),
                name="run_over_unslimmed",
            ),
        ),
    ]
