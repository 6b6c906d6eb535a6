from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0019_task_by_turn'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='plan',
            field=models.JSONField(blank=True, help_text='what is made and why; null until its probe is done', null=True),
        ),
    ]
