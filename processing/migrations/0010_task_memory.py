from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0009_task_version")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="memory",
            field=models.BigIntegerField(
                db_default=0,
                default=0,
                help_text="bytes its step may need, about; 0: not worth counting",
            ),
        ),
    ]
