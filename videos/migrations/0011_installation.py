import uuid

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0010_release_keep_until'),
    ]

    operations = [
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('name', models.UUIDField(default=uuid.uuid4, help_text='a copy of the database has the same')),
                ('epochs', models.JSONField(default=list, help_text='the latest first, and a few before it')),
                ('renewed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('adopted_at', models.DateTimeField(help_text="unknown objects from before are nobody's to delete", null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='installation_is_one')],
            },
        ),
    ]
