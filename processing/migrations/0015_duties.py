from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0014_task_released_since")]

    operations = [
        migrations.CreateModel(
            name="DutyRun",
            fields=[
                ("name", models.CharField(max_length=300, primary_key=True, serialize=False)),
                (
                    "machine",
                    models.CharField(
                        blank=True,
                        help_text="of a duty that each machine has for itself",
                        max_length=255,
                    ),
                ),
                ("next_at", models.DateTimeField(help_text="when it is due")),
                (
                    "holder",
                    models.CharField(
                        blank=True, help_text="the reconciler that runs it", max_length=150
                    ),
                ),
                (
                    "held_until",
                    models.DateTimeField(help_text="the claim is over after this", null=True),
                ),
                ("revision", models.PositiveBigIntegerField(default=0)),
                ("started_at", models.DateTimeField(null=True)),
                (
                    "finished_at",
                    models.DateTimeField(
                        help_text="the end of the last run without error", null=True
                    ),
                ),
                (
                    "count",
                    models.PositiveIntegerField(
                        default=0, help_text="what the last run put right"
                    ),
                ),
                (
                    "seconds",
                    models.FloatField(default=0.0, help_text="how long the last run took"),
                ),
                ("failures", models.PositiveIntegerField(default=0, help_text="in a row")),
                (
                    "last_error",
                    models.CharField(blank=True, help_text="the kind of error", max_length=100),
                ),
                (
                    "cursor",
                    models.JSONField(
                        blank=True, default=dict, help_text="where its walk goes on"
                    ),
                ),
            ],
            options={"verbose_name": "duty", "verbose_name_plural": "duties"},
        ),
    ]
