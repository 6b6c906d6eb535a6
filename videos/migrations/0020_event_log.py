from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("videos", "0013_register_stored_objects")]

    operations = [
        migrations.CreateModel(
            name="EventLog",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "last",
                    models.BigIntegerField(
                        db_default=0, default=0, help_text="the last position given"
                    ),
                ),
                (
                    "pruned",
                    models.BigIntegerField(
                        db_default=0, default=0, help_text="events up to this position may be gone"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="eventlog",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="event_log_only_one"
            ),
        ),
    ]
