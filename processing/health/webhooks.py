"""Check that outgoing webhooks are sent, and that most of them are taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from processing.health.catalogue import webhooks as kinds
from processing.health.finding import CheckResult, well
from videos.events import webhooks as reader
from videos.models import Event, WebhookEndpoint
from videos.webhooks import waiting

NAME = "Webhooks"
_STUCK_AFTER = timedelta(minutes=5)
_FEW = 3


def webhooks() -> list[CheckResult]:
    """Check that events are read for webhooks, that none waits for its turn, and that not most of
    them fail."""
    on = WebhookEndpoint.objects.filter(deleted_at=None, disabled_at=None)
    count = on.count()
    failing = on.filter(failing_since__isnull=False).count()
    return [*_faults(count, failing)] or [well(NAME, f"{count} on, of which {failing} fail")]


def _faults(count: int, failing: int) -> Iterator[CheckResult]:
    long_ago = Now() - _STUCK_AFTER
    old = waiting.due().filter(endpoint=OuterRef("pk"), next_at__lt=long_ago)
    left = waiting.ready().filter(Exists(old), Q(served_at=None) | Q(served_at__lt=long_ago))
    if stuck := left.count():
        yield kinds.STUCK.at(NAME, count=stuck, minutes=_STUCK_AFTER.seconds // 60)
    if (waits := _unread_for()) >= _STUCK_AFTER:
        yield kinds.UNREAD.at(NAME, minutes=waits // timedelta(minutes=1))
    if failing >= _FEW and failing * 2 > count:
        yield kinds.FAILING.at(NAME, failing=failing, all=count)
    if settings.WEBHOOK_PRIVATE:
        networks = ", ".join(str(network) for network in settings.WEBHOOK_PRIVATE)
        yield kinds.PRIVATE.at(NAME, networks=networks)


def _unread_for() -> timedelta:
    """Return for how long the next event has waited to be read."""
    if (read := reader.read_until()) is None:
        return timedelta()
    events = Event.objects.filter(position__gt=read).annotate(database_now=Now())
    following = events.order_by("position").values_list("created_at", "database_now").first()
    return following[1] - following[0] if following else timedelta()
