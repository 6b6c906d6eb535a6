"""Ask generators about jobs whose last report never came.

A job is asked about while it is not known to have ended, at growing intervals, for a day. What the
generator answers takes the same way as a report that it sends.
"""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from videos.ingest.hooks import GENERATORS, acting, deliveries, waiting
from videos.ingest.hooks.generator import FINAL, CannotPoll, JobUnknown, Report, Status
from videos.models import Generation, HookAddress

logger = structlog.get_logger(__name__)

_FIRST, _LONGEST = timedelta(minutes=1), timedelta(minutes=10)
_FOR = timedelta(days=1)
_STEP_SECONDS = 20


class NotAsked(Exception):
    """Raised when a generator cannot be asked about its jobs, as the operator has set no token."""


class NoSuchJob(Exception):
    """Raised for a text that cannot be the id of a job."""


def register(address: HookAddress, job_id: str) -> Generation:
    """Have the generator asked about a job that is to be imported for the address's owner.

    A job that is known already stays as it is. Raises ``NotAsked`` or ``NoSuchJob``.
    """
    generator = GENERATORS[address.source]
    if not generator.can_be_asked():
        raise NotAsked
    if not generator.is_id(job_id):
        raise NoSuchJob
    of_job = {"owner_id": address.owner_id, "source": address.source, "job_id": job_id}
    new = Generation(address=address, next_poll_at=Now(), **of_job)
    Generation.objects.bulk_create([new], ignore_conflicts=True)
    return Generation.objects.get(**of_job)


def ask_due() -> int:
    """Ask about the jobs that are due, for at most some seconds; return how many were asked
    about."""
    asked, until = 0, time.monotonic() + _STEP_SECONDS
    while time.monotonic() < until and (generation := _take()) is not None:
        _ask(generation)
        asked += 1
    if asked:
        acting.act_on_due()
    return asked


def _take() -> Generation | None:
    """Claim the job that has waited the longest, by setting when it is asked about next."""
    generation = waiting.questions().order_by("next_poll_at").first()
    if generation is None:
        return None
    wait = min(_LONGEST, _FIRST * 2 ** min(generation.polls, 8))
    taken = waiting.questions().filter(pk=generation.pk, polls=generation.polls)
    if not taken.update(next_poll_at=Now() + wait, polls=F("polls") + 1):
        return None
    generation.polls += 1
    return generation


def _ask(generation: Generation) -> None:
    generator = GENERATORS[generation.source]
    try:
        report = generator.ask(generation.job_id)
    except JobUnknown:
        report = _lost(generation, "The generator knows no such job.")
    except CannotPoll as error:
        logger.warning(
            "generator_not_asked", source=generation.source, reason=type(error.__cause__).__name__
        )
        if not _is_late(generation):
            return
        report = _lost(generation, "The generator could not be asked how it ended.")
    if report.status not in FINAL and _is_late(generation):
        report = _lost(generation, "The generator did not finish it within a day.")
    if report.status in FINAL:
        deliveries.keep(generation.address, report, f"poll:{generation.pk}")


def _is_late(generation: Generation) -> bool:
    return timezone.now() - generation.created_at > _FOR


def _lost(generation: Generation, why: str) -> Report:
    provenance = {"source": generation.source, "ai_generated": True}
    return Report(generation.job_id, Status.FAILED, error=why, provenance=provenance)
