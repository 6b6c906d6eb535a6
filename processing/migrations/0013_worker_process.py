from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0012_task_waits_for")]

    operations = [
        migrations.AddField(
            model_name="worker",
            name="machine",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="whose cores and memory it shares",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="worker",
            name="pid",
            field=models.PositiveIntegerField(help_text="its process on the host", null=True),
        ),
    ]
