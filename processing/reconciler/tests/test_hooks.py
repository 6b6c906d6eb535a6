"""Reports of generators are acted upon even if every wake-up and the worker itself was lost."""

from __future__ import annotations

import dramatiq
import pytest
from django.conf import LazySettings

from accounts.models import User
from processing.reconciler import hooks
from videos.actors import follow_generators
from videos.ingest.hooks import acting, waiting
from videos.models import HookDelivery, Video
from videos.tests.hooks import SECRET, address_of, post, prediction

PAST = "2026-01-01T00:00Z"


@pytest.fixture(autouse=True)
def _empty_queue(settings: LazySettings) -> None:
    settings.REPLICATE_SECRETS = (SECRET,)
    dramatiq.get_broker().flush(waiting.QUEUE)


def test_a_worker_is_woken_while_a_report_waits(owner: User) -> None:
    assert hooks.wake_hooks() == 0
    post(address_of(owner), prediction())
    dramatiq.get_broker().flush(waiting.QUEUE)  # the wake-up of the request is lost
    assert hooks.wake_hooks() == 1
    assert hooks.wake_hooks() == 0  # one in the queue is enough
    follow_generators()
    dramatiq.get_broker().flush(waiting.QUEUE)
    assert hooks.wake_hooks() == 0
    assert Video.objects.count() == 1


def test_what_a_killed_worker_had_claimed_is_claimed_again(owner: User) -> None:
    post(address_of(owner), prediction())
    assert acting._take() is not None  # and then it is killed
    assert not waiting.is_anything()
    HookDelivery.objects.update(next_at=PAST)  # its lease is over
    follow_generators()
    assert Video.objects.count() == 1


def test_a_worker_that_was_taken_for_dead_makes_nothing_twice(owner: User) -> None:
    post(address_of(owner), prediction())
    stale = acting._take()
    assert stale is not None
    HookDelivery.objects.update(next_at=PAST)
    follow_generators()
    assert not acting._act(stale)
    assert Video.objects.count() == 1
    assert HookDelivery.objects.get().state == "imported"
