"""Decide who may hear of which event: the owner always, staff by the rights they have at the time.

The rules for staff are those of ``videos.access``, applied to the state that the event tells of.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from accounts.models import User
from accounts.rights import Right, may
from videos.models import Event, Video, WebhookEndpoint

EVERYBODYS: tuple[Right, ...] = (Right.VIEW_VIDEOS, Right.CHANGE_WEBHOOKS)
"""The rights that an endpoint for everybody's videos needs of its owner."""
_EXTRAS: tuple[tuple[Right, ...], ...] = (
    (),
    (Right.VIEW_IMAGES,),
    (Right.MODERATE,),
    (Right.VIEW_JOBS,),
    (Right.MODERATE, Right.VIEW_JOBS),
)
"""What ``needs`` may add to these."""


def may_hear_everybody(user: User) -> bool:
    """Whether a user may have endpoints for everybody's videos."""
    return may(user, *EVERYBODYS)


def needs(event: Event) -> Sequence[str]:
    """Return the rights that others than its owner need to hear of an event."""
    if event.type.startswith("image."):
        return [*EVERYBODYS, Right.VIEW_IMAGES]
    found = list(EVERYBODYS)
    if event.payload.get("moderation", Video.Moderation.APPROVED) != Video.Moderation.APPROVED:
        found.append(Right.MODERATE)
    if event.type.startswith("job."):
        found.append(Right.VIEW_JOBS)
    return found


def is_known_to(user: User) -> Q:
    """Return the condition of deliveries whose bodies a user may read now: those of their own, and
    those of others that they have the rights for."""
    allowed = Q(needs=[])
    for extra in _EXTRAS:
        if may(user, *EVERYBODYS, *extra):
            allowed |= Q(needs=[*EVERYBODYS, *extra])
    return allowed


def needed_by(endpoint: WebhookEndpoint, event: Event) -> Sequence[str]:
    """Return the rights that the endpoint's owner needs; none for an event of their own."""
    return [] if event.owner_id == endpoint.owner_id else needs(event)


def hears(endpoint: WebhookEndpoint, event: Event) -> bool:
    """Return whether an endpoint may hear of an event now; its owner's rights are cached."""
    if not endpoint.owner.is_active:
        return False
    if event.owner_id == endpoint.owner_id:
        return True
    return endpoint.all_videos and may(endpoint.owner, *needs(event))
