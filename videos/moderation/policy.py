"""Decide by ``VODLOOM_MODERATION`` whether new videos wait for a moderator."""

from django.conf import settings

from accounts.models import User
from videos.models import Video

NOBODY, NEW_OWNERS, EVERYBODY = "nobody", "new", "everybody"


def first_state(owner: User) -> Video.Moderation:
    """Return the initial state of a new video. Owners are new until one of their videos is
    approved."""
    if settings.MODERATION == NOBODY:
        return Video.Moderation.APPROVED
    if settings.MODERATION == NEW_OWNERS and _has_approved(owner):
        return Video.Moderation.APPROVED
    return Video.Moderation.PENDING


def _has_approved(owner: User) -> bool:
    return Video.objects.filter(owner=owner, moderation=Video.Moderation.APPROVED).exists()
