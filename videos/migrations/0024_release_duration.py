from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0023_release_notices'),
    ]

    operations = [
        migrations.AddField(
            model_name='release',
            name='duration',
            field=models.FloatField(blank=True, help_text='seconds it lasts, when it is complete', null=True),
        ),
    ]
