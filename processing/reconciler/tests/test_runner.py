"""Duties are run in their order, and the error of one stops no other."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now
from structlog.testing import capture_logs

from processing.models import DutyRun
from processing.reconciler.duty import Duty
from processing.reconciler.runner import Runner

HOUR = timedelta(hours=1)


class Diary:
    """What was run, in order."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def duty(self, name: str, does: Callable[[], int] = lambda: 0) -> Duty:
        def run() -> int:
            self.ran.append(name)
            return does()

        return Duty(name, HOUR, run, "database")


@pytest.fixture
def diary(db: None) -> Diary:
    return Diary()


def _beat(*duties: Duty, holder: str = "me") -> int:
    return Runner(duties, holder=holder, machine="m").beat(threading.Event())


def _raises(error: Exception) -> Callable[[], int]:
    def run() -> int:
        raise error

    return run


def test_each_runs_once_in_the_order_of_the_list(diary: Diary) -> None:
    assert _beat(diary.duty("b"), diary.duty("a"), diary.duty("c")) == 3
    assert diary.ran == ["b", "a", "c"]


def test_a_second_reconciler_finds_nothing_to_do(diary: Diary) -> None:
    duties = diary.duty("a"), diary.duty("b")
    _beat(*duties)
    assert _beat(*duties, holder="other") == 0


@pytest.mark.parametrize(
    "error",
    [IsADirectoryError(), PermissionError(), IntegrityError(), ValueError(), RecursionError()],
    ids=lambda error: type(error).__name__,
)
def test_whatever_one_raises_the_others_run(diary: Diary, error: Exception) -> None:
    assert _beat(diary.duty("bad", _raises(error)), diary.duty("good")) == 2
    assert diary.ran == ["bad", "good"]
    bad = DutyRun.objects.get(pk="bad")
    assert (bad.failures, bad.last_error, bad.holder) == (1, type(error).__name__, "")
    assert bad.finished_at is None
    assert DutyRun.objects.get(pk="good").finished_at is not None


def test_a_failed_duty_is_tried_again_later_and_named_in_the_log_once_a_minute(
    diary: Diary,
) -> None:
    bad = diary.duty("bad", _raises(PermissionError()))
    runner = Runner([bad], holder="me", machine="m")
    with capture_logs() as logs:
        for ran in (1, 0, 1, 1):
            assert runner.beat(threading.Event()) == ran
            if ran == 0 or len(diary.ran) > 1:
                DutyRun.objects.update(next_at=Now())
    assert DutyRun.objects.get().failures == 3
    failed = [line for line in logs if line["event"] == "duty_failed"]
    assert [(line["duty"], line["reason"]) for line in failed] == [("bad", "PermissionError")]


def test_what_was_done_is_logged_with_count_and_duration(diary: Diary) -> None:
    with capture_logs() as logs:
        _beat(diary.duty("idle"), diary.duty("busy", lambda: 7))
    [line] = [line for line in logs if line["event"] == "duty_ran"]
    assert (line["duty"], line["count"]) == ("busy", 7)
    assert line["seconds"] >= 0


def test_what_is_first_in_the_list_does_not_wait_for_the_whole_rest(diary: Diary) -> None:
    def first_is_due_again() -> int:
        DutyRun.objects.filter(pk="first").update(next_at=Now())
        return 0

    first = diary.duty("first")
    runner = Runner(
        [first, diary.duty("slow", first_is_due_again), diary.duty("last")],
        holder="me",
        machine="m",
    )
    runner.beat(threading.Event())
    runner.beat(threading.Event())
    assert diary.ran == ["first", "slow", "first", "last"]


def test_a_stop_is_seen_between_duties(diary: Diary) -> None:
    stop = threading.Event()

    def stop_now() -> int:
        stop.set()
        return 0

    duties = [diary.duty("a", stop_now), diary.duty("b")]
    Runner(duties, holder="me", machine="m").beat(stop)
    assert diary.ran == ["a"]


def test_a_duty_of_each_machine_runs_on_each(db: None) -> None:
    diary = Diary()
    tidy = diary.duty("tidy")
    duty = Duty(tidy.name, HOUR, tidy.run, "storage", "machine")
    for machine in ("m1", "m2", "m1"):
        Runner([duty], holder=machine, machine=machine).beat(threading.Event())
    assert len(diary.ran) == 2
