"""Nothing is lost when a worker is killed or Redis is emptied."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from processing.reconciler.webhooks import wake_webhooks
from tests.bad_server import BadServer
from tests.killed import killed_at
from videos.events import log
from videos.models import Event, WebhookDelivery
from videos.webhooks import fan_out
from videos.webhooks.tests.receivers import endpoint_at, only, send_all, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("point", "sent"),
    [
        ("videos.webhooks.fan_out._move", 1),
        ("videos.webhooks.sending._posted", 1),
        ("videos.webhooks.outcomes.record", 2),
    ],
)
def test_a_worker_killed_at_any_point_loses_nothing(
    point: str, sent: int, owner: User, server: BadServer
) -> None:
    endpoint_at(owner, server.url("/"))
    tell(owner)
    killed_at(point, send_all)
    WebhookDelivery.objects.filter(state="sending").update(
        next_at=timezone.now() - timedelta(seconds=1)  # as when its lease has ended
    )
    send_all()
    assert only().state == "delivered"
    assert len(server.asked) == sent
    assert len({one.headers["webhook-id"] for one in server.asked}) == 1


def test_the_reconciler_wakes_a_worker_for_what_nobody_was_woken_for(
    owner: User, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("videos.events.webhooks.wake", lambda _: None)  # Redis forgot it
    endpoint_at(owner, server.url("/"))
    woken: list[str] = []

    def top_up(queue: str, count: int, *, actor: str) -> int:
        woken.append(actor)
        return 1

    monkeypatch.setattr("processing.pipeline.wake.top_up", top_up)
    assert wake_webhooks() == 0
    Event.objects.create(type="video.ready", owner=owner)
    log.sequence()
    assert wake_webhooks() == 1
    fan_out.read_log()
    assert wake_webhooks() == 1
    send_all()
    assert wake_webhooks() == 0
    assert set(woken) == {"send_webhooks"}
