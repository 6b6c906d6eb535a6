from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0009_stored_objects'),
    ]

    operations = [
        migrations.AddField(
            model_name='release',
            name='keep_until',
            field=models.DateTimeField(blank=True, help_text='whoever plays it may still hold an address', null=True),
        ),
        migrations.AlterField(
            model_name='release',
            name='swept_at',
            field=models.DateTimeField(blank=True, help_text='of the version before; nothing reads it', null=True),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(condition=models.Q(('state__in', ['failed', 'retired'])), fields=['created_at'], name='release_to_sweep'),
        ),
    ]
