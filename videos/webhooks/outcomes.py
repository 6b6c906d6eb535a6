"""Note what came of requests: of each delivery, and of the health of its endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import endpoints, retries
from videos.webhooks.retries import Answer
from videos.webhooks.sending import Parcel

State = WebhookDelivery.State
_ATTEMPTS = 20
_TOLD = (
    *("state", "next_at", "ended_at", "tried_at", "claim", "status", "error", "answer"),
    *("duration_ms", "request_headers", "attempts"),
)


@dataclass(frozen=True)
class Outcome:
    """What came of a parcel: an answer, or a code if nothing was sent."""

    parcel: Parcel
    answer: Answer | None
    dropped: str = ""


def record(outcomes: Sequence[Outcome]) -> None:
    """Note outcomes in one transaction. A delivery that another worker has claimed since is left
    to that worker. What came of a request to an address that the endpoint no longer has says
    nothing of its health. All times are the database's, since workers' clocks may be wrong."""
    with transaction.atomic():
        locked = _locked({one.parcel.endpoint for one in outcomes})
        if not locked:
            return
        now, health = locked[0].database_now, {row.pk: row for row in locked}
        ours = _ours(outcomes)
        told: list[WebhookDelivery] = []
        gone: set[UUID] = set()
        for one in outcomes:
            row, endpoint = ours.get(one.parcel.delivery), health.get(one.parcel.endpoint)
            if row is None or endpoint is None or row.claim != one.parcel.claim:
                continue
            if one.answer is None:
                _drop(row, one.dropped, now)
                continue
            has_moved = one.parcel.url != endpoint.url
            _note(row, one.parcel, one.answer, now, has_moved=has_moved)
            told.append(row)
            if has_moved:
                continue
            _observe(endpoint, one.answer, now)
            if one.answer.is_gone:
                gone.add(endpoint.pk)
        _write(told)
        for endpoint in health.values():
            _judge(endpoint, now, is_gone=endpoint.pk in gone)


def _ours(outcomes: Sequence[Outcome]) -> dict[UUID, WebhookDelivery]:
    """Return the deliveries, their rows locked, with only what says who has claimed them."""
    rows = WebhookDelivery.objects.select_for_update(no_key=True).only("claim")
    return {row.pk: row for row in rows.filter(pk__in=[one.parcel.delivery for one in outcomes])}


def _locked(ids: Iterable[UUID]) -> Sequence[Any]:
    rows = WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True)
    return list(rows.filter(pk__in=ids).annotate(database_now=Now()).order_by("pk"))


def _drop(row: WebhookDelivery, code: str, now: datetime) -> None:
    WebhookDelivery.objects.filter(pk=row.pk).update(
        state=State.DROPPED, next_at=None, ended_at=now, tried_at=now, error=code, claim=None
    )


def _note(
    row: WebhookDelivery, parcel: Parcel, answer: Answer, now: datetime, *, has_moved: bool
) -> None:
    row.state, row.next_at = _next(parcel, answer, now, has_moved=has_moved)
    row.ended_at = None if row.next_at else now
    row.tried_at, row.claim = parcel.tried_at or now, None
    row.status, row.error, row.answer = answer.status, answer.error, answer.text
    row.duration_ms, row.request_headers = answer.milliseconds, answer.headers
    row.attempts = [*parcel.attempts, _attempt(answer, now)][-_ATTEMPTS:]


def _write(rows: Sequence[WebhookDelivery]) -> None:
    """Update rows with one statement that is given once for each. Django's ``bulk_update`` makes
    one of them all, and spends more time on that than sending the messages takes."""
    if not rows:
        return
    meta, quoted = WebhookDelivery._meta, connection.ops.quote_name
    fields = [one for one in meta.concrete_fields if one.name in _TOLD]
    values = ", ".join(f"{quoted(str(one.column))} = %s" for one in fields)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quoted(meta.db_table)} SET {values} WHERE id = %s",  # noqa: S608
            [
                [one.get_db_prep_save(getattr(row, one.attname), connection) for one in given]
                for given in [(*fields, meta.pk)]
                for row in rows
            ],
        )


def _next(
    parcel: Parcel, answer: Answer, now: datetime, *, has_moved: bool
) -> tuple[State, datetime | None]:
    """Return what follows: one that failed at an address that the endpoint no longer has is sent
    to the new one at once."""
    if answer.is_success:
        return State.DELIVERED, None
    if has_moved:
        return State.PENDING, now
    wait = retries.wait_after(answer, parcel.tries, now)
    return (State.FAILED, None) if wait is None else (State.PENDING, now + wait)


def _attempt(answer: Answer, now: datetime) -> dict[str, Any]:
    return {
        "at": now.isoformat(),
        "status": answer.status,
        "error": answer.error,
        "duration_ms": answer.milliseconds,
    }


def _observe(endpoint: WebhookEndpoint, answer: Answer, now: datetime) -> None:
    endpoint.last_at, endpoint.last_ms = now, answer.milliseconds
    endpoint.last_status, endpoint.last_error = answer.status, answer.error
    endpoint.failing_since = None if answer.is_success else endpoint.failing_since or now
    if (pause := retries.pause_after(answer, now)) is not None:
        endpoint.paused_until = now + pause
    if (slow := retries.slow_after(answer)) is not None:
        endpoint.slow_until = now + slow


def _judge(endpoint: WebhookEndpoint, now: datetime, *, is_gone: bool) -> None:
    endpoint.save(
        update_fields=[
            *("last_at", "last_ms", "last_status", "last_error"),
            *("failing_since", "paused_until", "slow_until"),
        ]
    )
    if not endpoint.is_on:
        return
    if is_gone:
        endpoints.give_up(endpoint, WebhookEndpoint.Disabled.GONE)
    elif endpoint.failing_since and now - endpoint.failing_since >= retries.GIVEN_UP_AFTER:
        endpoints.give_up(endpoint, WebhookEndpoint.Disabled.FAILING)
