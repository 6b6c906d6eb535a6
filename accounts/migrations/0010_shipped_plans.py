from django.db import migrations

# Without limits beyond those that there were, so that nobody is refused by an upgrade.
PLANS = (
    {"name": "free", "label": "Free", "priority": 0, "running": 2, "budget": 1},
    {"name": "pro", "label": "Pro", "priority": 1, "running": 8, "budget": 10},
    {"name": "staff", "label": "Staff", "priority": 3, "running": 64, "budget": None},
)


def ship(apps, schema_editor):
    plans = apps.get_model("accounts", "Plan").objects
    for plan in PLANS:
        plans.get_or_create(name=plan["name"], defaults=plan)


class Migration(migrations.Migration):
    """The plans that stood in the code become rows that staff edit."""

    dependencies = [("accounts", "0009_plans")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
