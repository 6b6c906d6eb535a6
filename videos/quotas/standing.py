"""How a user stands with each quota of their plan: what is used and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from videos.quotas import usage
from videos.quotas.exceeded import UNITS, Quota

COUNTED = tuple(quota for quota in Quota if quota != Quota.PROFILES)
"""The quotas that are numbers, in the order in which they are shown."""


@dataclass(frozen=True)
class Standing:
    """A quota: ``limit`` is None if there is none, ``used`` if it is one of a single file. ``left``
    is None without a limit, and the whole limit for each file."""

    limit: int | None
    used: float | None
    unit: str
    resets_at: datetime | None = None

    @property
    def left(self) -> float | None:
        """What is left, never less than nothing."""
        if self.limit is None:
            return None
        return max(0, round(self.limit - (self.used or 0), 1))


def standings(user: User) -> Mapping[Quota, Standing]:
    """Return how a user stands with each quota that is a number, in four queries."""
    used, terms = usage.used_by(user.pk), user.terms
    counts: Mapping[Quota, float | None] = {
        Quota.UPLOADS_AT_ONCE: used.uploads_at_once,
        Quota.UPLOADS_A_DAY: used.uploads_a_day,
        Quota.STORED_MINUTES: used.minutes,
        Quota.STORED_BYTES: used.bytes,
    }
    return {
        quota: Standing(
            limit=getattr(terms, quota),
            used=counts.get(quota),
            unit=UNITS[quota],
            resets_at=usage.next_day() if quota == Quota.UPLOADS_A_DAY else None,
        )
        for quota in COUNTED
    }
