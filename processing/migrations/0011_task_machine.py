from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0010_task_memory")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="machine",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="whose cores and memory it uses",
                max_length=64,
            ),
        ),
    ]
