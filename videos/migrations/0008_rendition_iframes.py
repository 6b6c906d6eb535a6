from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0007_rendition_choice_of_sound'),
    ]

    operations = [
        migrations.AddField(
            model_name='rendition',
            name='iframe_bitrate',
            field=models.PositiveIntegerField(help_text='of keyframes alone, bits/s', null=True),
        ),
        migrations.AddField(
            model_name='rendition',
            name='iframe_peak_bitrate',
            field=models.PositiveIntegerField(help_text='of the worst keyframe', null=True),
        ),
    ]
