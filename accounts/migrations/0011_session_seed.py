from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_shipped_plans"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_seed",
            field=models.CharField(db_default="", default="", editable=False, max_length=32),
        ),
    ]
