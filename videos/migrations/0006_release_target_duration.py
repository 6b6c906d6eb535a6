from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0005_rendition_download'),
    ]

    operations = [
        migrations.AddField(
            model_name='release',
            name='target_duration',
            field=models.PositiveSmallIntegerField(default=0, help_text='seconds no segment will last longer than; 0: as the segments are'),
        ),
    ]
