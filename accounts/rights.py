"""The rights of staff come from their permissions. Being staff only opens the admin."""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.scopes import Scope


class Right(StrEnum):
    """A permission that is checked outside the admin's own lists, by its name in the database."""

    VIEW_VIDEOS = "videos.view_video"
    CHANGE_VIDEOS = "videos.change_video"
    DELETE_VIDEOS = "videos.delete_video"
    VIEW_IMAGES = "videos.view_image"
    CHANGE_IMAGES = "videos.change_image"
    DELETE_IMAGES = "videos.delete_image"
    MODERATE = "videos.moderate_video"
    REPROCESS = "videos.reprocess_video"
    CANCEL = "videos.cancel_video"
    VIEW_WEBHOOKS = "videos.view_webhookendpoint"
    CHANGE_WEBHOOKS = "videos.change_webhookendpoint"
    VIEW_JOBS = "processing.view_run"
    GIVE_ROLE = "accounts.give_role"
    PRIORITIZE = "processing.prioritize_run"
    VIEW_STEPS = "processing.view_task"
    VIEW_WORKERS = "processing.view_worker"

    @classmethod
    def moderation(cls) -> tuple[Right, Right]:
        """The rights a moderator needs: to see other users' videos and to decide about them."""
        return cls.VIEW_VIDEOS, cls.MODERATE


def may(viewer: User | AnonymousUser | AbstractBaseUser, *rights: str) -> bool:
    """Whether the viewer is active, is staff and has all of these permissions, and sends a
    credential whose scopes let them be used."""
    if not isinstance(viewer, User) or not (viewer.is_active and viewer.is_staff):
        return False
    return _within(viewer.scopes, rights) and viewer.has_perms(rights)


def _within(scopes: frozenset[str], rights: tuple[str, ...]) -> bool:
    if Scope.ADMIN in scopes:
        return True
    return Scope.MODERATE in scopes and set(rights) <= set(Right.moderation())


def may_act_for(actor: User | AnonymousUser | AbstractBaseUser, other: User) -> bool:
    """Whether the actor has every right that the other user has. Only then may the actor delete
    that account, or take it over by setting its password or address or by issuing an API key.

    The other user's groups count even while that user is inactive or not staff.
    """
    if not isinstance(actor, User) or not actor.is_active:
        return False
    if actor.is_superuser or actor.pk == other.pk:
        return True
    return not other.is_superuser and actor.has_perms(given_to(other))


def given_to(user: User) -> set[str]:
    """Return the permissions that a user was given, alone or by groups, whatever the credential and
    even while the user is inactive or not staff. Those of a superuser are not all there are."""
    held = Permission.objects.filter(Q(user=user) | Q(group__user=user))
    names = held.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in names}


def groups_within(giver: User) -> QuerySet[Group]:
    """Return the groups whose every permission the giver has: those that they may give."""
    if giver.is_superuser:
        return Group.objects.all()
    held = giver.get_all_permissions()
    names = Permission.objects.values_list("pk", "content_type__app_label", "codename")
    beyond = [pk for pk, app, codename in names if f"{app}.{codename}" not in held]
    return Group.objects.exclude(permissions__in=beyond)
