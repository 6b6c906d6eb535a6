"""Plans that limit what a test is about."""

from typing import Any

from accounts.models import Plan


def limit_free(**limits: Any) -> None:
    """Give the plan of new users these limits, from now on."""
    plan = Plan.objects.get(name="free")
    for name, value in limits.items():
        setattr(plan, name, value)
    plan.save()
