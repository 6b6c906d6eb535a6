"""Decide by ``VODLOOM_MODERATION`` whether new videos wait for a moderator.

Owners are new until they are trusted: by a moderator, or by itself once as many of their videos are
approved as ``VODLOOM_TRUST_AFTER`` says.
"""

from django.conf import settings

from accounts import trust
from accounts.models import User
from videos.models import Video

NOBODY, NEW_OWNERS, EVERYBODY = "nobody", "new", "everybody"


def first_state(owner: User) -> Video.Moderation:
    """Return the initial state of a new video."""
    return Video.Moderation.PENDING if waits(owner) else Video.Moderation.APPROVED


def waits(owner: User) -> bool:
    """Whether new videos of an owner wait for a moderator: those of everybody, those of owners who
    are not trusted yet, or only those of owners from whom trust was withdrawn."""
    if settings.MODERATION == EVERYBODY or owner.is_watched:
        return True
    return settings.MODERATION == NEW_OWNERS and not is_trusted(owner)


def sentence(owner: User) -> str:
    """Return what owners read about their new videos; empty if none of them waits."""
    if not waits(owner):
        return ""
    if owner.is_watched:
        return "All your new videos wait for a moderator before others see them."
    if settings.MODERATION == EVERYBODY:
        return "New videos wait for a moderator before others see them."
    return "A moderator looks at your first videos before others see them."


def is_trusted(owner: User) -> bool:
    """Whether the owner is not new any more."""
    return not owner.is_watched and (owner.trusted_at is not None or _has_earned_it(owner))


def note_approval(owner: User) -> None:
    """Trust an owner who has earned it by the video that was just approved."""
    if owner.trusted_at is None and not owner.is_watched and _has_earned_it(owner):
        trust.come(owner, approved_videos=settings.TRUST_AFTER)


def _has_earned_it(owner: User) -> bool:
    if not settings.TRUST_AFTER:
        return False
    approved = Video.objects.filter(owner=owner, moderation=Video.Moderation.APPROVED)
    return approved.order_by()[: settings.TRUST_AFTER].count() >= settings.TRUST_AFTER
