"""The last look before a request is written: does its endpoint still exist, is it on, and may its
owner still hear of the event?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from accounts.models import User
from accounts.rights import may
from videos.models import WebhookDelivery
from videos.webhooks.sending import Parcel, Unwanted


@contextmanager
def sending(parcel: Parcel) -> Iterator[None]:
    """Write a request inside this block; raises ``Unwanted`` if it must not be sent.

    The endpoint's row is held meanwhile, and who deletes it or turns it off waits for that: when
    they are done, nothing is sent any more.
    """
    with transaction.atomic():
        _hold(parcel)
        if code := _why_not(parcel):
            raise Unwanted(code)
        yield


def _hold(parcel: Parcel) -> None:
    """Lock the endpoint's row against ``endpoints.locked``, but not against other senders. On
    SQLite the transaction itself keeps other writers out."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Nothing is written but the lock, so the commit need not wait for the disk.
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'off', true)"
                " FROM videos_webhookendpoint WHERE id = %s FOR KEY SHARE",
                [parcel.endpoint],
            )


def _why_not(parcel: Parcel) -> str:
    rows = WebhookDelivery.objects.filter(pk=parcel.delivery, claim=parcel.claim)
    known = ("endpoint__deleted_at", "endpoint__disabled_at", "endpoint__owner__is_active", "needs")
    row = rows.values_list(*known, "endpoint__owner").first()
    if row is None or row[0] is not None:
        return "webhook_deleted"
    if row[1] is not None:
        return "webhook_off"
    is_active, needs, owner_id = row[2:]
    is_allowed = is_active and (not needs or may(User.objects.get(pk=owner_id), *needs))
    return "" if is_allowed else "webhook_not_allowed"
