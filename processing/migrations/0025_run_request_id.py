# The request by which a run came, so that its lines in the log are found by that.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0024_owner_budgets'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='request_id',
            field=models.CharField(blank=True, db_default='', default='', help_text='of the request it came by, for the log', max_length=128),
        ),
    ]
