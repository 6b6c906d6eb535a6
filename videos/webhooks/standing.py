"""How the webhooks of all users stand, for those who run the site."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from videos.models import WebhookEndpoint
from videos.webhooks import waiting


@dataclass(frozen=True)
class Standing:
    """How many webhooks are on, how many of these are failing, how many are off, and how many
    messages are due to those that are on."""

    on: int
    failing: int
    off: int
    due: int


def now() -> Standing:
    """Count them in two queries."""
    is_on = Q(disabled_at=None)
    counts = WebhookEndpoint.objects.filter(deleted_at=None).aggregate(
        on=Count("pk", filter=is_on),
        failing=Count("pk", filter=is_on & Q(failing_since__isnull=False)),
        off=Count("pk", filter=~is_on),
    )
    return Standing(**counts, due=waiting.outstanding().count())
