from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0013_worker_process")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="released_since",
            field=models.DateTimeField(
                help_text="when it was first handed back for no fault of its own", null=True
            ),
        ),
    ]
