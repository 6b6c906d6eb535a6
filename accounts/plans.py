"""The plans of users: how soon their work starts, how much runs at once, and their quotas.

Plans are rows that staff edit. Each process reads all of them at once and keeps them for a few
seconds, so that a claim or a request needs no query for them, and a change acts soon.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import models

_KEPT_SECONDS = 5.0


class PlanName(models.TextChoices):
    """The names of the plans that Vodloom comes with."""

    FREE = "free"
    PRO = "pro"
    STAFF = "staff"


@dataclass(frozen=True)
class Terms:
    """What a plan grants. Of the limits, None is no limit.

    ``priority`` of new jobs (higher goes first); ``running`` tasks at once in a queue; the daily
    ``budget`` as a multiple of ``VODLOOM_DAILY_GIGAPIXELS``; ``stored_minutes`` and
    ``stored_bytes`` of originals; ``largest_file`` in bytes; ``longest_video`` in seconds; the
    names of the encoding ``profiles`` that may be chosen (none: all); ``api_rate`` in requests a
    minute.
    """

    priority: int = 0
    running: int = 2
    budget: float | None = 1
    uploads_at_once: int | None = None
    uploads_a_day: int | None = None
    stored_minutes: int | None = None
    stored_bytes: int | None = None
    largest_file: int | None = None
    longest_video: int | None = None
    profiles: tuple[str, ...] = ()
    api_rate: int | None = None
    label: str = ""


_WITHOUT_PLANS = Terms(label="Free")


@dataclass
class _Kept:
    """The plans as they were last read, and until when that holds."""

    terms: dict[str, Terms]
    until: float


_kept = _Kept({}, 0.0)


def terms_named(name: str) -> Terms:
    """Return the terms of the plan with this name, as they were a few seconds ago at most.

    A name that no plan has, as after a plan was deleted, counts as the default plan, so that such a
    user does not keep other users' work from being claimed.
    """
    terms = _all()
    for known in (name, settings.DEFAULT_PLAN, PlanName.FREE):
        if known in terms:
            return terms[known]
    return _WITHOUT_PLANS


def default_plan() -> str:
    """Return the name of the plan that new users get."""
    return str(settings.DEFAULT_PLAN)


def forget() -> None:
    """Read the plans again when they are next asked for; other processes do so in a few seconds."""
    _kept.until = 0.0


def _all() -> dict[str, Terms]:
    if time.monotonic() >= _kept.until:
        rows = apps.get_model("accounts", "Plan")._default_manager.all()
        _kept.terms = {row.name: row.terms for row in rows}
        _kept.until = time.monotonic() + _KEPT_SECONDS
    return _kept.terms
