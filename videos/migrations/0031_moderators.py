from django.db import migrations

NAME = "Moderators"
# Seeing the videos of others, deciding about them, and reading what was decided.
RIGHTS = {
    "video": {
        "view_video": "Can view video",
        "moderate_video": "Can approve and reject videos, and see those not approved",
    },
    "moderationdecision": {"view_moderationdecision": "Can view moderation decision"},
}


def make_group(apps, schema_editor):
    """A group that has this name already is somebody's own: it is left as it is."""
    groups = apps.get_model("auth", "Group")
    if groups.objects.filter(name=NAME).exists():
        return
    types = apps.get_model("contenttypes", "ContentType")
    permissions = apps.get_model("auth", "Permission")
    group = groups.objects.create(name=NAME)
    for model, rights in RIGHTS.items():
        of, _ = types.objects.get_or_create(app_label="videos", model=model)
        for codename, name in rights.items():
            right, _ = permissions.objects.get_or_create(
                content_type=of, codename=codename, defaults={"name": name}
            )
            group.permissions.add(right)


class Migration(migrations.Migration):
    """The group of those who moderate, with exactly what it takes."""

    dependencies = [
        ("videos", "0030_moderation"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
