"""People of every standing, from nobody to an administrator."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group, Permission

from accounts.models import User

_GROUP = import_module("videos.migrations.0031_moderators")


def moderators() -> Group:
    """The group as the migration makes it: a test that empties all tables loses it."""
    _GROUP.make_group(apps, None)
    return Group.objects.get(name=_GROUP.NAME)


def staff(email: str, *permissions: str, groups: tuple[Group, ...] = ()) -> User:
    """Somebody at the admin with these permissions, such as ``videos.view_video``."""
    user = User.objects.create_user(email, "a long password", is_staff=True)
    for name in permissions:
        app, codename = name.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    user.groups.add(*groups)
    return user


def only_a_moderator(email: str = "moderator@example.com") -> User:
    """Somebody with exactly what the group Moderators gives."""
    return staff(email, groups=(moderators(),))


def viewer_only(email: str = "viewer@example.com") -> User:
    """Somebody who may look at everything and do nothing."""
    user = staff(email)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user
