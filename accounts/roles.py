"""Roles: what each may do, the groups that grant it, and giving roles to users.

``GRANTS`` is the one table. It is applied after each migration, so that the permissions of new
models reach the roles that name them. A permission that an administrator takes from a role's group
stays away, and one that is added stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, connection, transaction

from accounts import audit, issued_keys
from accounts.models import Role, User

_LOOKS = (
    *("videos.view_video", "videos.view_image", "videos.view_track", "videos.view_release"),
    *("videos.view_source", "videos.view_upload", "videos.view_moderationdecision"),
    *("processing.view_run", "processing.view_task", "processing.view_encodingprofile"),
)
GRANTS: Mapping[str, tuple[str, ...]] = {
    Role.Name.UPLOADER: ("videos.add_video",),
    Role.Name.VIEWER: _LOOKS,
    Role.Name.MODERATOR: (
        *("videos.view_video", "videos.moderate_video", "videos.view_moderationdecision"),
    ),
    Role.Name.OPERATOR: (
        *_LOOKS,
        *("videos.reprocess_video", "videos.cancel_video", "processing.prioritize_run"),
        *("processing.view_*", "processing.*_encodingprofile", "processing.*rung"),
        *("videos.view_storedobject", "videos.view_event", "videos.view_hook*"),
        *("videos.view_generat*", "videos.view_webhook*"),
        *("accounts.view_auditentry", "accounts.view_outgoingmail", "accounts.view_plan"),
        "admin.view_logentry",
    ),
    Role.Name.ADMINISTRATOR: (
        *("accounts.*", "videos.*", "processing.*", "auth.view_group", "admin.view_logentry"),
    ),
}
"""The permissions of each role, as patterns. Nobody adds or changes what the product writes: the
admin's pages say so whatever the permissions."""

_APPS = {pattern.partition(".")[0] for patterns in GRANTS.values() for pattern in patterns}
_GROUPS: Mapping[str, str] = {name: f"{name.label}s" for name in Role.Name}
_KNOWN_BY = {Role.Name.MODERATOR: "moderate_video"}
STAFF = frozenset(Role.Name) - {Role.Name.UPLOADER}
"""The roles that open the admin."""


def apply(app_label: str | None = None) -> None:
    """Give each role the permissions of its table that it was never given: of one app, or of all.
    The permissions must exist."""
    permissions = Permission.objects.select_related("content_type").order_by("pk")
    if app_label:
        permissions = permissions.filter(content_type__app_label=app_label)
    named = {f"{one.content_type.app_label}.{one.codename}": one for one in permissions}
    with transaction.atomic():
        for name, patterns in GRANTS.items():
            role = _role(name)
            new = {one for one in _matching(named, patterns) if one not in role.given}
            if new:
                role.group.permissions.add(*(named[one] for one in new))
                Role.objects.filter(pk=role.pk).update(given=sorted({*role.given, *new}))


def apply_after_migration(sender: Any, using: str, **about: Any) -> None:
    """Apply the table to an app whose migrations were just done, once its permissions are made."""
    if using == DEFAULT_DB_ALIAS and sender.label in _APPS and _has_table():
        apply(sender.label)


def group_of(name: str) -> Group:
    """Return the group of a role."""
    return Group.objects.get(role__name=name)


def of(user: User) -> list[Role]:
    """Return the roles of a user, by name."""
    return list(Role.objects.filter(group__user=user).order_by("name"))


def give(user: User, name: str) -> bool:
    """Give a user a role; return False if they have it. Roles but the uploader's make the user
    staff, and the uploader's turns uploading on."""
    with transaction.atomic():
        group = group_of(name)
        if user.groups.filter(pk=group.pk).exists():
            return False
        user.groups.add(group)
        if name in STAFF:
            user.is_staff = True
        else:
            user.can_upload = True
        user.save(update_fields=["is_staff", "can_upload"])
        audit.record("user.role_given", user, details={"role": name})
        issued_keys.tell_of_rights(user)
    return True


def take(user: User, name: str) -> bool:
    """Take a role from a user; return False if they do not have it. Whoever has no rights left is
    no longer staff."""
    with transaction.atomic():
        group = group_of(name)
        if not user.groups.filter(pk=group.pk).exists():
            return False
        user.groups.remove(group)
        others = user.groups.exclude(role__name=Role.Name.UPLOADER).exists()
        kept = others or user.is_superuser or user.user_permissions.exists()
        if user.is_staff and not kept:
            user.is_staff = False
            user.save(update_fields=["is_staff"])
        audit.record("user.role_taken", user, details={"role": name})
    return True


def _role(name: str) -> Role:
    """Return a role, and make it and its group if they are not there. A group that has its name
    already is somebody's own, unless it is the one that an earlier version made."""
    found = Role.objects.select_related("group").filter(pk=name).first()
    if found is not None:
        return found
    called = _GROUPS[name]
    group = Group.objects.filter(name=called).first()
    if group is not None and not _is_ours(group, name):
        group, _ = Group.objects.get_or_create(name=f"{called} (role)")
    return Role.objects.create(name=name, group=group or Group.objects.create(name=called))


def _is_ours(group: Group, name: str) -> bool:
    known_by = _KNOWN_BY.get(Role.Name(name), "")
    return group.permissions.filter(codename=known_by).exists()


def _matching(names: Iterable[str], patterns: Iterable[str]) -> set[str]:
    return {one for one in names if any(fnmatchcase(one, pattern) for pattern in patterns)}


def _has_table() -> bool:
    """Whether there are roles yet: an upgrade may stop before them."""
    return Role._meta.db_table in connection.introspection.table_names()
