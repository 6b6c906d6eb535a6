"""Positions of events have no gap that a later commit fills."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from videos.events import log
from videos.models import Event, Video


@pytest.mark.django_db(transaction=True)
def test_events_written_at_once_get_positions_without_gaps(video: Video) -> None:
    def write(number: int) -> None:
        try:
            with transaction.atomic():
                log.write("video.updated", video, number=number)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(30)))
    log.sequence()
    positions = list(Event.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))
    assert len(positions) >= 30


def test_a_reader_gets_what_came_after_its_cursor(video: Video) -> None:
    log.sequence()
    last = Event.objects.order_by("position").values_list("position", flat=True).last()
    assert last is not None
    log.write("video.updated", video)
    log.sequence()
    assert [event.type for event in log.after(last)] == ["video.updated"]


def test_an_event_of_a_change_that_was_rolled_back_is_not_told(video: Video) -> None:
    before = Event.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        log.write("video.updated", video)
        raise RuntimeError
    assert Event.objects.count() == before
