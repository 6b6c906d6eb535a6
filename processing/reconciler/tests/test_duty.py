"""How long a failed duty waits, and which row it has."""

from datetime import timedelta

import pytest

from processing.reconciler.duty import Duty, retry_after

SECONDS = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("every", "waits"),
    [
        (3, [5, 10, 20, 30, 30]),
        (60, [5, 10, 20, 40, 60, 60]),
        (3600, [5, 10, 20, 40, 80, 160, 300, 300]),
    ],
)
def test_a_failed_duty_waits_longer_each_time_up_to_a_limit(every: int, waits: list[int]) -> None:
    waited = [retry_after(every * SECONDS, n) / SECONDS for n in range(1, len(waits) + 1)]
    assert waited == waits
    assert retry_after(every * SECONDS, 10_000) / SECONDS == waits[-1]


def test_only_a_duty_of_each_machine_has_a_row_for_each() -> None:
    shared = Duty("a", SECONDS, lambda: 0, "database")
    own = Duty("b", SECONDS, lambda: 0, "storage", "machine")
    assert (shared.row_name("m1"), own.row_name("m1")) == ("a", "b@m1")
