"""Note what came of requests: of each delivery, and of the health of its endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import endpoints, retries
from videos.webhooks.retries import Answer
from videos.webhooks.sending import Parcel

State = WebhookDelivery.State
_ATTEMPTS = 20


@dataclass(frozen=True)
class Outcome:
    """What came of a parcel: an answer, or a code if nothing was sent."""

    parcel: Parcel
    answer: Answer | None
    dropped: str = ""


def record(outcomes: Sequence[Outcome]) -> None:
    """Note outcomes in one transaction. A delivery that another worker has claimed since is left
    to that worker."""
    now = timezone.now()
    with transaction.atomic():
        health = _locked({one.parcel.endpoint for one in outcomes})
        for one in outcomes:
            if (endpoint := health.get(one.parcel.endpoint)) is not None:
                _note(one, endpoint, now)
        gone = {one.parcel.endpoint for one in outcomes if one.answer and one.answer.is_gone}
        for endpoint in health.values():
            _judge(endpoint, now, is_gone=endpoint.pk in gone)


def _locked(ids: Iterable[UUID]) -> dict[UUID, WebhookEndpoint]:
    rows = WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True)
    return {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}


def _note(outcome: Outcome, endpoint: WebhookEndpoint, now: datetime) -> None:
    parcel, answer = outcome.parcel, outcome.answer
    row = WebhookDelivery.objects.filter(pk=parcel.delivery, claim=parcel.claim)
    if answer is None:
        row.update(**_ended(State.DROPPED, now), tried_at=now, error=outcome.dropped, claim=None)
        return
    noted = row.update(
        **_next(parcel, answer, now),
        tried_at=parcel.tried_at or now,
        claim=None,
        status=answer.status,
        error=answer.error,
        answer=answer.text,
        duration_ms=answer.milliseconds,
        request_headers=answer.headers,
        attempts=[*parcel.attempts, _attempt(answer, now)][-_ATTEMPTS:],
    )
    if noted:
        _observe(endpoint, answer, now)


def _next(parcel: Parcel, answer: Answer, now: datetime) -> dict[str, Any]:
    if answer.is_success:
        return _ended(State.DELIVERED, now)
    wait = retries.wait_after(answer, parcel.tries, now)
    if wait is None:
        return _ended(State.FAILED, now)
    return {"state": State.PENDING, "next_at": now + wait}


def _ended(state: State, now: datetime) -> dict[str, Any]:
    return {"state": state, "next_at": None, "ended_at": now}


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


def _judge(endpoint: WebhookEndpoint, now: datetime, *, is_gone: bool) -> None:
    endpoint.save(
        update_fields=[
            *("last_at", "last_ms", "last_status", "last_error"),
            *("failing_since", "paused_until"),
        ]
    )
    if not endpoint.is_on:
        return
    if is_gone:
        endpoints.give_up(endpoint, WebhookEndpoint.Disabled.GONE)
    elif endpoint.failing_since and now - endpoint.failing_since >= retries.GIVEN_UP_AFTER:
        endpoints.give_up(endpoint, WebhookEndpoint.Disabled.FAILING)
