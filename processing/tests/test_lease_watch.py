"""Nobody's lease is held against him while leases could not be renewed."""

from datetime import UTC, datetime, timedelta

import pytest

from processing.pipeline.lease_watch import Watch, look, may_rescue

START = datetime(2026, 1, 1, tzinfo=UTC)
LEASE = timedelta(seconds=30)
STALE = {"since": START.isoformat(), "last": (START + timedelta(hours=1)).isoformat()}


def _watch(*seconds: float) -> Watch:
    """After looks at these seconds."""
    stored: dict[str, object] = {}
    for second in seconds:
        watch = look(stored, START + timedelta(seconds=second), LEASE)
        stored = watch.to_json()
    return watch


@pytest.mark.parametrize(
    ("looks", "rescues"),
    [
        ([0], False),
        ([0, 10, 20], False),
        ([0, 10, 20, 30], True),
        ([0, 10, 20, 30, 3600], False),  # asleep, or without the database
        ([0, 10, 20, 30, 3600, 3610, 3620], False),
        ([0, 10, 20, 30, 3600, 3610, 3620, 3630], True),
        ([0, 10, 20, 30, 46], False),
        ([0, 10, 20, 30, 45], True),
        ([0, 10, 20, 30, -3600], False),  # the clock was put back
    ],
)
def test_tasks_are_taken_back_after_a_whole_lease_of_watching(
    looks: list[float], rescues: bool
) -> None:
    assert may_rescue(_watch(*looks), LEASE) is rescues


@pytest.mark.parametrize("stored", [{}, {"since": 1}, {"since": "x", "last": "y"}])
def test_a_cursor_that_cannot_be_read_begins_anew(stored: dict[str, object]) -> None:
    assert look(stored, START, LEASE) == Watch(START, START)


def test_a_fresh_reconciler_goes_on_where_another_watched() -> None:
    now = START + timedelta(hours=1, seconds=3)
    assert may_rescue(look(STALE, now, LEASE), LEASE)
