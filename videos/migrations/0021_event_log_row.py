from django.db import migrations
from django.db.models import Max


def begin_where_events_are(apps, schema_editor):
    newest = apps.get_model("videos", "Event").objects.aggregate(last=Max("position"))["last"]
    apps.get_model("videos", "EventLog").objects.get_or_create(pk=1, defaults={"last": newest or 0})


class Migration(migrations.Migration):
    dependencies = [("videos", "0020_event_log")]

    operations = [migrations.RunPython(begin_where_events_are, migrations.RunPython.noop)]
