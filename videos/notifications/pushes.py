"""Write the messages that tell owners' browsers what became of their videos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts import verification
from accounts.models import NotificationSettings, User
from videos.models import Notification
from videos.notifications import choices, gathering, wording
from videos.pages.words import advice
from videos.push import outbox, subscriptions

_MOST = 2000
_ONE_BY_ONE = 3


def write_due() -> int:
    """Write the messages that are due, for some owners, and return to how many of these."""
    return sum(_write_for(owner) for owner in gathering.owners(gathering.to_push()))


def _write_for(owner_id: UUID) -> int:
    with transaction.atomic():
        user = User.objects.get(pk=owner_id)
        row = choices.locked(user)
        found = list(gathering.to_push().filter(owner=user).order_by("id")[:_MOST])
        Notification.objects.filter(pk__in=[one.pk for one in found]).update(push_due=False)
        browsers = list(subscriptions.of(user).values_list("pk", flat=True))
        wanted = _wanted(user, row, found) if browsers else []
        for payload in _payloads(wanted):
            outbox.write(browsers, payload)
        if wanted:
            NotificationSettings.objects.filter(pk=row.pk).update(pushed_at=Now())
    return bool(wanted)


def _wanted(
    user: User, row: NotificationSettings, found: Sequence[Notification]
) -> list[Notification]:
    if not verification.is_verified(user):
        return []
    chosen = choices.chosen_in(row)
    return [one for one in found if chosen.wants("push", one.kind)]


def _payloads(found: Sequence[Notification]) -> list[dict[str, Any]]:
    """Return what browsers show: a few one by one, many in one message. Browsers show messages with
    the same ``tag`` once."""
    told = [wording.told(one, advice) for one in found]
    if len(found) > _ONE_BY_ONE:
        return [_payload("Vodloom", wording.heading(told), reverse("library"), found[-1])]
    return [
        _payload(t.title, wording.in_short(t), reverse("watch", args=[one.video_id]), one)
        for t, one in zip(told, found, strict=True)
    ]


def _payload(title: str, body: str, path: str, one: Notification) -> dict[str, Any]:
    return {"title": title, "body": body, "path": path, "tag": str(one.pk)}
