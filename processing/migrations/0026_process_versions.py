# Which version a worker or reconciler runs, so that one left over from an upgrade is seen.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0025_run_request_id'),
    ]

    operations = [
        migrations.AddField(
            model_name='reconciler',
            name='version',
            field=models.CharField(blank=True, db_default='', default='', help_text='of the code it runs', max_length=50),
        ),
        migrations.AddField(
            model_name='worker',
            name='version',
            field=models.CharField(blank=True, db_default='', default='', help_text='of the code it runs', max_length=50),
        ),
    ]
