from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0008_profile_copies")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="version",
            field=models.SmallIntegerField(
                db_default=1, default=1, help_text="of what its step was planned to be given"
            ),
        ),
    ]
