"""What a library can be ordered by, and narrowed to a time, is read from an index."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0027_object_fault'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='video',
            index=models.Index(models.F('owner'), django.db.models.functions.text.Lower('title'), models.F('id'), name='video_of_owner_by_title'),
        ),
        migrations.AddIndex(
            model_name='video',
            index=models.Index(fields=['owner', 'created_at'], name='video_of_owner_by_time'),
        ),
    ]
