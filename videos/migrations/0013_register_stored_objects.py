from django.db import migrations

from videos.objects import listed

# A transaction for each: releases have up to some thousand objects.
_RELEASES = 50
_SOURCES = 2000


def register(apps, schema_editor):
    """May be stopped and begun again: what is registered already is passed over."""
    for model, known, at_once in (
        ("Release", listed.register_releases, _RELEASES),
        ("Source", listed.register_sources, _SOURCES),
    ):
        rows, after = apps.get_model("videos", model).objects.order_by("pk"), None
        while ids := list((rows.filter(pk__gt=after) if after else rows).values_list("pk", flat=True)[:at_once]):
            known(ids)
            after = ids[-1]


class Migration(migrations.Migration):
    """What the columns of releases, renditions, chunks and sources name becomes rows."""

    atomic = False

    dependencies = [
        ('videos', '0012_walks'),
    ]

    operations = [
        migrations.RunPython(register, migrations.RunPython.noop),
    ]
