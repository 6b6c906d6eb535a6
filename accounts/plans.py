"""What a user's plan gives: how soon their work starts, how much of it runs at once, and how much
they may ask for in a day before it waits behind others'."""

from dataclasses import dataclass

from django.db import models


class PlanName(models.TextChoices):
    """The plans there are."""

    FREE = "free"
    PRO = "pro"
    STAFF = "staff"


@dataclass(frozen=True)
class Plan:
    """``priority`` of new jobs (higher goes first), tasks ``running`` at once in a queue, and the
    ``budget`` of a day, in times of ``VODLOOM_DAILY_GIGAPIXELS`` (None: any)."""

    priority: int
    running: int
    budget: float | None


PLANS: dict[str, Plan] = {
    PlanName.FREE: Plan(priority=0, running=2, budget=1),
    PlanName.PRO: Plan(priority=1, running=8, budget=10),
    PlanName.STAFF: Plan(priority=3, running=64, budget=None),
}


def plan_named(name: str) -> Plan:
    """What a plan gives. One that only a newer version knows counts as free, since its owner must
    keep nobody's work from being claimed."""
    return PLANS.get(name, PLANS[PlanName.FREE])
