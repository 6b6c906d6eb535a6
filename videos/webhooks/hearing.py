"""Decide who may hear of which event: the owner always, staff by the rights they have at the time.

The rules for staff are those of ``videos.access``, applied to the state that the event tells of.
"""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from accounts.rights import Right, may
from videos.models import Event, Video, WebhookEndpoint

EVERYBODYS: tuple[Right, ...] = (Right.VIEW_VIDEOS, Right.CHANGE_WEBHOOKS)
"""The rights that an endpoint for everybody's videos needs of its owner."""


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
