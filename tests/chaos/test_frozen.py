"""A process that is frozen while it holds a lock does not hold up others for long."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from videos.events import log
from videos.models import Event


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_frozen_sequencer_loses_its_lock() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer, and no lock outlives its process's patience")
    owner = User.objects.create_user("owner@example.com", "a long password")
    Event.objects.create(type="video.ready", owner=owner)
    holds, enough = threading.Event(), threading.Event()

    def freeze() -> None:
        with suppress(DatabaseError), transaction.atomic():
            log._one_at_a_time()
            holds.set()
            enough.wait(60)
        connection.close()

    def place(placed: list[int]) -> None:
        placed.append(log.sequence())
        connection.close()

    placed: list[int] = []
    frozen = threading.Thread(target=freeze)
    other = threading.Thread(target=place, args=[placed])
    frozen.start()
    holds.wait()
    other.start()
    other.join(30)
    enough.set()
    frozen.join()
    other.join()
    assert placed == [1]
    assert Event.objects.get().position == 1
