from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("processing", "0015_duties")]

    operations = [
        migrations.CreateModel(
            name="Reconciler",
            fields=[
                ("name", models.CharField(max_length=150, primary_key=True, serialize=False)),
                ("host", models.CharField(help_text="the machine it runs on", max_length=255)),
                ("started_at", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
            ],
        ),
    ]
