from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0004_run_whole")]

    operations = [
        migrations.AddField(
            model_name="worker",
            name="host",
            field=models.CharField(
                blank=True, help_text="the machine it runs on", max_length=255
            ),
        ),
    ]
