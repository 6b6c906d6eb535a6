from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0022_upload_retention'),
    ]

    operations = [
        migrations.AddField(
            model_name='release',
            name='notices',
            field=models.JSONField(blank=True, help_text='what was left out, guessed or repaired; null: not known', null=True),
        ),
    ]
