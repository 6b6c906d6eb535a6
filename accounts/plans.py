"""The plans of users. A plan sets how soon a user's work starts, how much of it runs at once, and
how much they may ask for in a day before it waits behind other users' work."""

from dataclasses import dataclass

from django.db import models


class PlanName(models.TextChoices):
    """The names of the plans."""

    FREE = "free"
    PRO = "pro"
    STAFF = "staff"


@dataclass(frozen=True)
class Plan:
    """The ``priority`` of new jobs (higher goes first), the number of tasks ``running`` at once in
    a queue, and the daily ``budget`` as a multiple of ``VODLOOM_DAILY_GIGAPIXELS`` (None: no
    limit)."""

    priority: int
    running: int
    budget: float | None


PLANS: dict[str, Plan] = {
    PlanName.FREE: Plan(priority=0, running=2, budget=1),
    PlanName.PRO: Plan(priority=1, running=8, budget=10),
    PlanName.STAFF: Plan(priority=3, running=64, budget=None),
}


def plan_named(name: str) -> Plan:
    """Return the plan with this name. A name that only a newer version knows counts as free, so
    that such a user does not keep other users' work from being claimed."""
    return PLANS.get(name, PLANS[PlanName.FREE])
