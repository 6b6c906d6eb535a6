from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0022_alternate_rungs'),
    ]

    operations = [
        migrations.AddField(
            model_name='encodingprofile',
            name='takes_incomplete',
            field=models.BooleanField(db_default=True, default=True, help_text='A file that is shorter than it tells, as a recording or a copy that broke off, is made as far as it goes, and its owner is told. Otherwise it is refused.', verbose_name='take incomplete files'),
        ),
    ]
