from django.db import migrations
from django.db.models import FloatField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce


def count(apps, schema_editor):
    """Give each measured source its length, as its facts have it; that is one statement."""
    lasts = Coalesce(KT("facts__duration"), KT("media__duration"))
    sources = apps.get_model("videos", "Source").objects.filter(seconds=None)
    sources.exclude(facts=None, media=None).update(seconds=Cast(lasts, FloatField()))


class Migration(migrations.Migration):
    """The lengths of what is stored count towards the quotas of plans."""

    dependencies = [("videos", "0055_quotas")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
