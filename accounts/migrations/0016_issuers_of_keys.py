from django.db import migrations
from django.db.models import F


def name_issuers(apps, schema_editor):
    keys = apps.get_model("accounts", "ApiKey").objects
    keys.filter(issued_by=None).update(issued_by=F("user"))
    entries = apps.get_model("accounts", "AuditEntry").objects.exclude(actor_email="")
    made = entries.filter(action="api_key.created", target_kind="api_key")
    for key, actor in made.values_list("target_id", "actor").iterator():
        keys.filter(pk=key).update(issued_by=actor)


class Migration(migrations.Migration):
    """Keys belong to whoever issued them by the audit log, the others to their users."""

    dependencies = [("accounts", "0015_key_issuers")]

    operations = [migrations.RunPython(name_issuers, migrations.RunPython.noop)]
