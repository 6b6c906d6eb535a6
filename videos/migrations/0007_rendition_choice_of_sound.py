from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0006_release_target_duration'),
    ]

    operations = [
        migrations.AddField(
            model_name='rendition',
            name='title',
            field=models.CharField(blank=True, help_text='what people call this sound', max_length=64),
        ),
        migrations.AddField(
            model_name='rendition',
            name='default',
            field=models.BooleanField(default=False, help_text='the sound that plays unasked'),
        ),
    ]
