from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_audit_log_export"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_seed",
            field=models.CharField(db_default="", default="", editable=False, max_length=32),
        ),
    ]
