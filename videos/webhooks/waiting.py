"""What waits to be sent. It knows the rows alone, so that the reconciler can ask it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import fan_out


def due() -> QuerySet[WebhookDelivery]:
    """Return the deliveries whose time has come, whatever their endpoint."""
    return WebhookDelivery.objects.filter(next_at__lte=Now())


def outstanding() -> QuerySet[WebhookDelivery]:
    """Return the deliveries whose time has come, of endpoints that are on."""
    return due().filter(endpoint__deleted_at=None, endpoint__disabled_at=None)


def ready() -> QuerySet[WebhookEndpoint]:
    """Return the endpoints that may be sent something that is due now."""
    on = WebhookEndpoint.objects.filter(deleted_at=None, disabled_at=None)
    rested = on.filter(Q(paused_until=None) | Q(paused_until__lte=Now()))
    return rested.filter(Exists(due().filter(endpoint=OuterRef("pk"))))


def is_anything() -> bool:
    """Whether there is an event to be read or a message to be sent."""
    return fan_out.is_behind() or ready().exists()
