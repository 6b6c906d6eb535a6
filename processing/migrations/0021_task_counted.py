from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0020_run_plan'),
    ]

    operations = [
        migrations.AddField(
            model_name='task',
            name='counted',
            field=models.JSONField(blank=True, help_text='what its step found in the source, to be summed', null=True),
        ),
    ]
