"""Act on the reports that were received: import what was made, record what failed.

A delivery is claimed by compare-and-set for the time of a lease. All that follows from it is one
transaction which holds the generation's row, so that a crash leaves nothing half done and a second
report of the same job finds that it has ended.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from videos.ingest.hooks import GENERATORS, making, waiting
from videos.ingest.hooks.generator import FINAL, Report, Status
from videos.models import Generation, HookDelivery, Video

logger = structlog.get_logger(__name__)

State = HookDelivery.State
FIRST_POLL = timedelta(minutes=2)
_LEASE = timedelta(minutes=2)
_BATCH_SECONDS = 30
_MOST_TRIES = 10
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=5), timedelta(minutes=10)
_ORDER = {Status.STARTING: 0, Status.PROCESSING: 1}


@dataclass(frozen=True)
class Outcome:
    """What was done about a report, with a code if something of it was left out."""

    state: State
    error_code: str = ""
    video: Video | None = None


class _ActedUpon(Exception):
    """Raised when another worker has acted on the delivery in the meantime."""


def act_on_due() -> int:
    """Act on the deliveries that are due, the oldest first, for at most half a minute; return how
    many were acted upon."""
    acted, until = 0, time.monotonic() + _BATCH_SECONDS
    while time.monotonic() < until and waiting.reports().exists():
        delivery = _take()
        acted += delivery is not None and _act(delivery)
    return acted


def _take() -> HookDelivery | None:
    """Claim the oldest due delivery; None if there is none or another worker was faster."""
    delivery = waiting.reports().order_by("next_at", "id").first()
    if delivery is None:
        return None
    taken = waiting.reports().filter(pk=delivery.pk, tries=delivery.tries)
    if not taken.update(next_at=Now() + _LEASE, tries=F("tries") + 1):
        return None
    delivery.tries += 1
    return delivery


def _act(delivery: HookDelivery) -> bool:
    try:
        with transaction.atomic():
            outcome = settle(delivery)
            _close(delivery, outcome)
    except _ActedUpon:
        return False
    except Exception as error:  # an error with one delivery must not keep the others back
        if not connection.is_usable():
            raise
        _put_off(delivery, error)
        return False
    return True


def settle(delivery: HookDelivery) -> Outcome:
    """Do what follows from a delivery's report. The caller's transaction keeps it together."""
    report = Report.from_json(delivery.report)
    generation = _locked(delivery)
    if generation.status in FINAL:
        return Outcome(State.IGNORED)
    if report.status not in FINAL:
        return _note(generation, report)
    made = making.make(generation, delivery, report)
    Generation.objects.filter(pk=generation.pk).update(
        status=report.status, outputs=made.outputs, ended_at=Now(), next_poll_at=None
    )
    return Outcome(State(made.state), made.error_code, made.video)


def _locked(delivery: HookDelivery) -> Generation:
    """Return the delivery's generation, created if this is the first report of it, and locked."""
    known = {
        "owner_id": delivery.owner_id,
        "source": delivery.source,
        "job_id": delivery.job_id,
    }
    register(delivery)
    return Generation.objects.select_for_update(of=("self",)).get(**known)


def register(delivery: HookDelivery) -> None:
    """Create the generation of a delivery unless it exists."""
    generation = Generation(
        owner_id=delivery.owner_id,
        address_id=delivery.address_id,
        source=delivery.source,
        job_id=delivery.job_id,
    )
    Generation.objects.bulk_create([generation], ignore_conflicts=True)


def _note(generation: Generation, report: Report) -> Outcome:
    """Record that a job has got further, and when to ask about it unless it reports again."""
    generator = GENERATORS[generation.source]
    if generator.can_be_asked() and generation.next_poll_at is None:
        Generation.objects.filter(pk=generation.pk).update(next_poll_at=Now() + FIRST_POLL)
    if _ORDER[report.status] < _ORDER[Status(generation.status)]:
        return Outcome(State.IGNORED)
    Generation.objects.filter(pk=generation.pk).update(status=report.status)
    return Outcome(State.NOTED)


def _close(delivery: HookDelivery, outcome: Outcome) -> None:
    """Store the outcome; the report, whose addresses may be secret, is no longer kept."""
    received = HookDelivery.objects.filter(pk=delivery.pk, state=State.RECEIVED)
    closed = received.update(
        state=outcome.state,
        error_code=outcome.error_code,
        video=outcome.video,
        report={},
        next_at=None,
    )
    if not closed:
        raise _ActedUpon


def _put_off(delivery: HookDelivery, error: Exception) -> None:
    """Try again later, or give up in a way that staff can see."""
    logger.warning(
        "hook_not_acted_upon",
        source=delivery.source,
        delivery=str(delivery.pk),
        reason=type(error).__name__,
        tries=delivery.tries,
        exc_info=settings.DEBUG,
    )
    standing = HookDelivery.objects.filter(pk=delivery.pk, state=State.RECEIVED)
    if delivery.tries >= _MOST_TRIES:
        standing.update(state=State.REFUSED, error_code="internal_error", next_at=None)
        return
    wait = min(_LONGEST_RETRY, _FIRST_RETRY * 2 ** (delivery.tries - 1))
    standing.update(next_at=Now() + wait)
