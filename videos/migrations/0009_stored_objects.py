import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


def owner(to):
    return models.ForeignKey(
        blank=True,
        db_constraint=False,
        null=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name='objects_stored',
        to=to,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('videos', '0008_rendition_iframes'),
    ]

    operations = [
        migrations.CreateModel(
            name='StoredObject',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('storage', models.CharField(choices=[('originals', 'Originals'), ('outputs', 'Outputs')], max_length=9)),
                ('key', models.CharField(max_length=1024)),
                ('role', models.CharField(choices=[('original', 'Original'), ('chunk', 'Chunk'), ('download', 'Download'), ('poster', 'Poster'), ('unknown', 'Unknown')], max_length=16)),
                ('release', owner('videos.release')),
                ('video', owner('videos.video')),
                ('source', owner('videos.source')),
                ('bytes', models.PositiveBigIntegerField(help_text='known when it is stored', null=True)),
                ('content_type', models.CharField(db_default='application/octet-stream', max_length=100)),
                ('state', models.CharField(choices=[('writing', 'Writing'), ('stored', 'Stored'), ('deleting', 'Deleting')], max_length=8)),
                ('attempt', models.UUIDField(help_text="whose write it is: a task's token, an upload", null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('delete_after', models.DateTimeField(help_text='none: as soon as can be', null=True)),
                ('tries', models.PositiveSmallIntegerField(db_default=0, help_text='deletions that failed')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('storage', 'key'), name='object_once_a_storage'),
                    models.CheckConstraint(condition=models.Q(('storage__in', ['originals', 'outputs'])), name='object_storage_known'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['writing', 'stored', 'deleting'])), name='object_state_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'writing'), _negated=True), ('attempt__isnull', False), _connector='OR'), name='object_writing_is_somebodys'),
                ],
                'indexes': [
                    models.Index(condition=models.Q(('state', 'deleting')), fields=['delete_after'], name='object_deleting'),
                    models.Index(condition=models.Q(('state', 'writing')), fields=['attempt'], name='object_writing'),
                ],
            },
        ),
    ]
