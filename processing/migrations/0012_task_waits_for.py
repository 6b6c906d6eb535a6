from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0011_task_machine")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="waits_for",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="what its running step waits for",
                max_length=64,
            ),
        ),
    ]
