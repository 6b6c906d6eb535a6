"""People of every standing, from nobody to an administrator."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission

from accounts import roles
from accounts.models import User


def moderators() -> Group:
    """The group of the role."""
    return roles.group_of("moderator")


def with_role(name: str) -> User:
    """Somebody with exactly what a role gives."""
    user = User.objects.create_user(f"{name}@example.com", "a long password")
    roles.give(user, name)
    return User.objects.get(pk=user.pk)


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
