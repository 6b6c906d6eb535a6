"""Write the mails that tell owners what became of their videos, as rows for ``accounts.outbox``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts import outbox, verification
from accounts.models import NotificationSettings, User
from config import site_address
from videos.models import Notification, Video
from videos.notifications import choices, gathering, unsubscribing, wording
from videos.pages.words import advice

TEMPLATE = "mail/notifications"
_MOST = 2000
_LISTED = 20
_STANDING = (Notification.Kind.READY, Notification.Kind.FAILED)


def write_due() -> int:
    """Write the mails that are due, for some owners, and return how many were written."""
    return sum(_write_for(owner) for owner in gathering.owners(gathering.to_mail()))


def _write_for(owner_id: UUID) -> int:
    """Write one mail about all that an owner was not told yet; return 0 if they want none of it."""
    with transaction.atomic():
        user = User.objects.get(pk=owner_id)
        row = choices.locked(user)
        found = list(gathering.to_mail().filter(owner=user).order_by("id")[:_MOST])
        found += _younger(user, found)
        Notification.objects.filter(pk__in=[one.pk for one in found]).update(mail_due=False)
        wanted = _wanted(user, row, found)
        if wanted:
            outbox.write(user, TEMPLATE, **contents(user, wanted))
            NotificationSettings.objects.filter(pk=row.pk).update(mailed_at=Now())
    return bool(wanted)


def _younger(user: User, found: Sequence[Notification]) -> list[Notification]:
    """Return what need not have waited, as a mail is written anyway."""
    if not found or len(found) == _MOST:
        return []
    rest = Notification.objects.filter(owner=user, mail_due=True, pk__gt=found[-1].pk)
    return list(rest.order_by("id")[: _MOST - len(found)])


def _wanted(
    user: User, row: NotificationSettings, found: Sequence[Notification]
) -> list[Notification]:
    if not user.is_active or not verification.is_verified(user):
        return []
    chosen = choices.chosen_in(row)
    return _as_it_stands([one for one in found if chosen.wants("mail", one.kind)])


def _as_it_stands(found: Sequence[Notification]) -> list[Notification]:
    """Leave out what a later notification about the same video makes untrue: a failure before a
    retry that went well, or a decision before another one."""
    last: dict[tuple[UUID, bool], Notification] = {}
    for one in found:
        last[(one.video_id, one.kind in _STANDING)] = one
    return list(last.values())


def contents(user: User, found: Sequence[Notification]) -> dict[str, Any]:
    """Return what the templates of the mail show."""
    links = _links(found)
    told = [wording.told(one, advice) for one in found]
    lines = [
        {**_line(one), "link": links.get(notification.video_id, "")}
        for one, notification in zip(told, found, strict=True)
    ]
    return {
        "subject": wording.subject(told),
        "heading": wording.heading(told),
        "sections": list(_sections(lines)),
        "alone": len(found) == 1,
        "library": site_address.page("library"),
        "settings": site_address.page("account_notifications"),
        "unsubscribe": unsubscribing.link(user.pk, {one.kind for one in found}),
        "site": site_address.origin().partition("://")[2],
    }


def _line(told: wording.Told) -> dict[str, Any]:
    return {
        "kind": told.kind,
        "title": told.title,
        "isolated": wording.isolated(told.title),
        "said": told.said,
        "advice": told.advice,
    }


def _sections(lines: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a section for each kind, with its first videos and the number of the others."""
    for kind in wording.ORDER:
        own = [line for line in lines if line["kind"] == kind]
        if own:
            yield {
                "kind": kind,
                "state": wording.STATES[kind],
                "videos": own[:_LISTED],
                "more": max(0, len(own) - _LISTED),
            }


def _links(found: Sequence[Notification]) -> dict[UUID, str]:
    """Return the addresses of the videos that are still there."""
    ids = {one.video_id for one in found}
    standing = Video.objects.filter(pk__in=ids, deleted_at=None).values_list("pk", flat=True)
    return {pk: site_address.page("watch", pk) for pk in standing}
