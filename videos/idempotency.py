"""Make a request that is sent twice act once, by the key that its client gave it.

An attempt claims the key before it acts, and stores its answer afterwards. What it creates is noted
on the key in the transaction that creates it (``note``). So an attempt that was killed in between
is known to have acted, and one that lost its claim meanwhile creates nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from uuid import UUID, uuid4

import structlog
from django.db import DatabaseError, connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from videos.models import IdempotencyKey

logger = structlog.get_logger(__name__)

KEPT = timedelta(hours=24)
COMMAND = "COMMAND"
"""The method of what a command does once; no request has it."""
KEPT_OF_COMMANDS = timedelta(days=365)
LEASE = timedelta(seconds=60)
"""How long a key stays claimed by an attempt that was killed."""
RETRY_AFTER_SECONDS = 2
_RENEW_SECONDS = 15.0
_BATCH = 300
_LONGEST_PATH = 255


class KeyInFlight(Exception):
    """Raised when another attempt is acting on the key, or has taken it over."""


class KeyMismatch(Exception):
    """Raised when the key named another request before."""


class InvalidKey(Exception):
    """Raised when a key is empty, too long, or has other characters than visible ASCII."""


class Interrupted(Exception):
    """Raised when an attempt had an effect and was killed, and its answer cannot be told."""


@dataclass(frozen=True)
class Asked:
    """A request: its method, its path, and a SHA-256 (hex) of all that it says."""

    method: str
    path: str
    fingerprint: str


@dataclass(frozen=True)
class Made:
    """What a request created: its kind, such as ``video`` or ``job``, and its id."""

    kind: str
    id: UUID


@dataclass(frozen=True)
class Claim:
    """A claimed key; ``made`` is what an attempt before this one created before it was killed."""

    row: int
    holder: UUID
    made: Sequence[Made] = ()


@dataclass(frozen=True)
class Answer:
    """The answer to a request; ``body`` is JSON, or empty."""

    status: int
    body: str
    location: str


_current: ContextVar[Claim | None] = ContextVar("idempotency_claim", default=None)


def claim(user: User, key: str, asked: Asked) -> Claim | Answer:
    """Claim a key for an attempt, or return the answer that was given before.

    Raises ``KeyInFlight`` or ``KeyMismatch``.
    """
    holder = uuid4()
    _rows(user, key).filter(_over()).delete()
    new = IdempotencyKey(
        user=user,
        key=key,
        method=asked.method,
        path=asked.path[:_LONGEST_PATH],
        fingerprint=asked.fingerprint,
        holder=holder,
        held_until=Now() + LEASE,
    )
    IdempotencyKey.objects.bulk_create([new], ignore_conflicts=True)
    row = _rows(user, key).first()
    if row is None:
        raise KeyInFlight
    if row.fingerprint != asked.fingerprint:
        raise KeyMismatch
    if row.status is not None:
        return Answer(row.status, row.body, row.location)
    return Claim(row.pk, holder) if row.holder == holder else _take_over(row, holder)


def _take_over(row: IdempotencyKey, holder: UUID) -> Claim:
    """Claim a key whose holder has stopped renewing its lease."""
    left = IdempotencyKey.objects.filter(
        pk=row.pk, holder=row.holder, status=None, held_until__lte=Now()
    )
    if not left.update(holder=holder, held_until=Now() + LEASE):
        raise KeyInFlight
    made: Sequence[Sequence[str]] = IdempotencyKey.objects.values_list("made", flat=True).get(
        pk=row.pk
    )
    return Claim(row.pk, holder, tuple(Made(kind, UUID(pk)) for kind, pk in made))


@contextmanager
def acting(claimed: Claim) -> Iterator[None]:
    """Renew the claim, and note on it what is created meanwhile. Leaving without an answer gives
    the key back."""
    before = _current.set(claimed)
    stopped = Event()
    Thread(target=_renew, args=(claimed, stopped), name="idempotency", daemon=True).start()
    try:
        yield
    finally:
        stopped.set()
        _current.reset(before)
        give_back(claimed)


@contextmanager
def noting(claimed: Claim | None) -> Iterator[None]:
    """Note on the claim what is created meanwhile, without renewing it or giving it back."""
    before = _current.set(claimed)
    try:
        yield
    finally:
        _current.reset(before)


def note(kind: str, pk: UUID) -> None:
    """Note what the request is creating, in the transaction that creates it. Without a key nothing
    happens. Raises ``KeyInFlight`` if another attempt has taken over; nothing may be created
    then."""
    claimed = _current.get()
    if claimed is None:
        return
    mine = _held(claimed)
    made = mine.select_for_update().values_list("made", flat=True).first()
    if made is None or not mine.update(made=[*made, [kind, str(pk)]]):
        raise KeyInFlight


def answered(claimed: Claim, answer: Answer) -> bool:
    """Store the answer for all who send the request again; return False if the claim was lost."""
    return bool(
        _held(claimed).update(status=answer.status, body=answer.body, location=answer.location)
    )


def seen(user: User, key: str) -> Answer | None:
    """Return the answer that a key has, without claiming it."""
    row = _rows(user, key).exclude(status=None).exclude(_over()).first()
    return Answer(row.status or 0, row.body, row.location) if row else None


def forget(user: User, key: str, answer: Answer) -> None:
    """Delete a key that has this answer, so that what it names can be done again."""
    _rows(user, key).filter(status=answer.status, body=answer.body).delete()


def prune_keys() -> int:
    """Delete keys that no longer count, a few at a time; return how many."""
    over = IdempotencyKey.objects.filter(_over()).order_by("created_at")
    chosen = list(over.values_list("pk", flat=True)[:_BATCH])
    return IdempotencyKey.objects.filter(_over(), pk__in=chosen).delete()[0] if chosen else 0


def give_back(claimed: Claim) -> None:
    """Free a key whose request came to no final answer; what it has created stays noted."""
    held = _held(claimed)
    try:
        if held.exists() and not held.filter(made=[]).delete()[0]:
            held.update(held_until=Now())
    except DatabaseError as error:  # then the claim ends with its lease
        logger.warning("idempotency_not_given_back", reason=type(error).__name__)


def _renew(claimed: Claim, stopped: Event) -> None:
    while not stopped.wait(_RENEW_SECONDS):
        try:
            if not _held(claimed).update(held_until=Now() + LEASE):
                return
        except DatabaseError as error:
            logger.warning("idempotency_not_renewed", reason=type(error).__name__)
        finally:
            connection.close()


def _rows(user: User, key: str) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(user=user, key=key)


def _held(claimed: Claim) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(pk=claimed.row, holder=claimed.holder, status=None)


def _over() -> Q:
    """Return the condition of keys that no longer count: old, and nobody acts on them."""
    old = Q(created_at__lt=Now() - KEPT_OF_COMMANDS)
    old |= ~Q(method=COMMAND) & Q(created_at__lt=Now() - KEPT)
    return old & Q(held_until__lt=Now())
