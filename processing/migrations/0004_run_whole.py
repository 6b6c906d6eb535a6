from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0003_worker_waits")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="whole",
            field=models.BooleanField(
                default=False,
                help_text="in one piece: the chunks of a run before did not fit together",
            ),
        ),
    ]
