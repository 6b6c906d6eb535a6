from django.db import migrations


def give(apps, schema_editor):
    """Whoever is staff has had the plan of staff whatever stood in the column."""
    apps.get_model("accounts", "User").objects.filter(is_staff=True).update(plan="staff")


class Migration(migrations.Migration):
    """The plan of staff is given by the column alone: being staff gives nothing by itself."""

    dependencies = [("accounts", "0004_outgoing_mail")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
