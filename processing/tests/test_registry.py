"""Each living worker is seen under a name of its own."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from config.version import VERSION
from processing.models import Worker
from processing.pipeline.reconcile import forget_gone
from processing.reconciler import presence as reconcilers
from processing.workers import self_check
from processing.workers.machine import this_machine
from processing.workers.registry import CurrentWorker


def _show(here: CurrentWorker, reason: str = "") -> Worker:
    here._show(["media"], reason)
    return Worker.objects.get(pk=here.name)


def _other(name: str, **values: object) -> Worker:
    now = timezone.now()
    seen = {"host": "elsewhere", "pid": 1, "started_at": now, "last_seen": now}
    return Worker.objects.create(name=name, **{**seen, **values})


@pytest.fixture
def here(db: None, settings: LazySettings) -> CurrentWorker:
    settings.WORKER_NAME = "w"
    return CurrentWorker()


def test_a_worker_shows_what_it_is(here: CurrentWorker) -> None:
    row = _show(here, "It waits.")
    assert (row.name, row.queues, row.waits_because) == ("w", ["media"], "It waits.")
    assert (row.pid, row.machine) == (os.getpid(), this_machine().name)
    assert row.version == VERSION


def test_two_living_workers_of_one_name_do_not_hide_each_other(here: CurrentWorker) -> None:
    _other("w", queues=["encode"])
    row = _show(here)
    assert row.name == "w-2"
    assert Worker.objects.get(pk="w").queues == ["encode"]
    assert _show(here).name == row.name
    assert Worker.objects.count() == 2


def test_the_name_of_a_dead_worker_is_free_again(here: CurrentWorker) -> None:
    _other("w", last_seen=timezone.now() - timedelta(minutes=1))
    assert _show(here).name == "w"


def test_the_name_of_a_killed_process_of_this_machine_is_free_at_once(here: CurrentWorker) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    _other("w", host=here.host, machine=this_machine().name, pid=ended.pid)
    assert _show(here).name == "w"


def test_names_longer_than_their_column_are_cut(
    here: CurrentWorker, settings: LazySettings
) -> None:
    settings.WORKER_NAME = "n" * 300
    assert _show(here, "r" * 900).name == "n" * 100
    _other("m" * 100)
    settings.WORKER_NAME = "m" * 300
    other = CurrentWorker()
    assert _show(other).name.endswith("m-2")
    assert len(other.name) == 100


def test_any_number_of_one_name_each_have_their_own(here: CurrentWorker) -> None:
    others = [CurrentWorker() for _ in range(4)]
    assert [_show(one).name for one in (here, *others)] == ["w", "w-2", "w-3", "w-4", "w-5"]
    others[0].leave()
    assert _show(CurrentWorker()).name == "w-2"


def test_one_with_our_number_in_another_container_is_no_other_life_of_ours(
    here: CurrentWorker,
) -> None:
    _other("w", host=here.host, machine=this_machine().name, pid=os.getpid())
    assert _show(here).name == "w-2"


def test_one_that_was_frozen_does_not_come_back_into_anothers_row(here: CurrentWorker) -> None:
    _show(here)
    Worker.objects.update(last_seen=timezone.now() - timedelta(minutes=1))
    successor = CurrentWorker()
    _show(successor)
    assert (successor.name, Worker.objects.count()) == ("w", 1)
    _show(here)
    assert (here.name, successor.name) == ("w-2", "w")
    here.leave()
    assert Worker.objects.get().name == "w"


def test_one_whose_row_was_swept_shows_itself_again(here: CurrentWorker) -> None:
    _show(here)
    Worker.objects.all().delete()
    assert _show(here).name == "w"


def test_restarts_leave_no_heap_of_rows(db: None, settings: LazySettings) -> None:
    for number in range(5):
        settings.WORKER_NAME = f"host-{number}"
        _show(CurrentWorker())
    Worker.objects.update(last_seen=timezone.now() - timedelta(hours=2))
    _show(CurrentWorker())
    forget_gone()
    assert [worker.name for worker in Worker.objects.all()] == ["host-4"]


def test_two_reconcilers_of_one_name_and_number_are_two(settings: LazySettings) -> None:
    settings.WORKER_NAME = "r" * 300
    names = {reconcilers.own_name() for _ in range(20)}
    assert len(names) == 20
    assert all(len(name) < 100 for name in names)


def test_other_workers_of_its_queues_are_seen(here: CurrentWorker) -> None:
    _show(here)
    assert not here.others_alive
    other = _other("x", queues=["encode"])
    _show(here)
    assert not here.others_alive
    Worker.objects.filter(pk=other.pk).update(queues=["media"])
    _show(here)
    assert here.others_alive


def test_a_worker_begun_while_the_database_is_away_shows_itself_when_it_is_back(
    here: CurrentWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Enough(Exception):
        pass

    outages = iter([OperationalError("gone"), ValueError("broken"), None])
    monkeypatch.setattr("processing.workers.registry.SEEN_EVERY_SECONDS", 0.0)
    monkeypatch.setattr("processing.workers.registry.connection", type("C", (), {"close": int})())

    def why_not() -> str:
        error = next(outages)
        if error is not None:
            raise error
        here.stop()
        return ""

    here.keep_showing(["media"], why_not)
    assert Worker.objects.get().name == "w"


def test_a_worker_that_cannot_work_does_not_begin(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    monkeypatch.setattr("processing.management.commands.worker._run", begun.append)
    settings.FFMPEG = "/nonexistent/ffmpeg"
    with pytest.raises(CommandError, match="FFmpeg does not start") as refused:
        call_command("worker", queues="media")
    assert refused.value.returncode != 0
    assert begun == []


def test_what_a_worker_checks_of_itself(settings: LazySettings) -> None:
    assert self_check.faults() == []
    settings.FFMPEG = "/bin/true"
    (lacks,) = self_check.faults()
    assert lacks == "FFmpeg lacks libx264 and aac."
    settings.FFMPEG = "ffmpeg"
    settings.WORK_DIR.parent.mkdir(exist_ok=True)
    settings.WORK_DIR.rmdir()
    settings.WORK_DIR.write_text("in the way")
    (folder,) = self_check.faults()
    assert folder.startswith("The work folder cannot be written")
