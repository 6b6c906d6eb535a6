from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0011_installation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Walk',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('after', models.CharField(blank=True, help_text='where the next step begins', max_length=1024)),
                ('found', models.PositiveBigIntegerField(db_default=0, help_text='in this walk, so far')),
                ('found_bytes', models.PositiveBigIntegerField(db_default=0)),
                ('last_found', models.PositiveBigIntegerField(help_text='in the last whole walk', null=True)),
                ('last_found_bytes', models.PositiveBigIntegerField(null=True)),
                ('finished_at', models.DateTimeField(help_text='when the last whole walk ended', null=True)),
            ],
        ),
    ]
