import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('processing', '0023_profile_takes_incomplete'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='over_budget',
            field=models.BooleanField(db_default=False, default=False, help_text="its owner asked for more than a day's budget: it waits behind those of others"),
        ),
        migrations.CreateModel(
            name='OwnerLoad',
            fields=[
                ('owner', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('gigapixels', models.FloatField(default=0.0, help_text='thousands of millions of pixels, as of the moment below')),
                ('counted_at', models.DateTimeField()),
            ],
        ),
    ]
