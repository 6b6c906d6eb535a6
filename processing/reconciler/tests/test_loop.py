"""The service as it runs: threads, outages, a storage that hangs."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import OperationalError

from processing.models import DutyRun, Reconciler
from processing.reconciler import claims, presence
from processing.reconciler.duty import Duty
from processing.reconciler.loop import Service
from tests.servers.app import running_vodloom
from tests.servers.redis import Redis

SHORT = timedelta(milliseconds=10)


def _until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end, f"never: {what}"
        threading.Event().wait(0.02)


@pytest.fixture
def _quick(
    transactional_db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    settings.RECONCILE_SECONDS = 0.06
    monkeypatch.setattr(presence, "SEEN_EVERY_SECONDS", 0.1)
    yield


@contextmanager
def _running(*duties: Duty, name: str = "r1") -> Iterator[Service]:
    service = Service(duties, name=name)
    thread = threading.Thread(target=service.run)
    thread.start()
    try:
        yield service
    finally:
        service.stop()
        thread.join(60)
        assert not thread.is_alive()


class Counted:
    """A duty's function that counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> int:
        self.runs += 1
        return 0


@pytest.mark.usefixtures("_quick")
def test_a_storage_that_hangs_holds_up_only_what_needs_it() -> None:
    release, waking = threading.Event(), Counted()

    def hang() -> int:
        release.wait(120)
        return 0

    duties = Duty("hangs", SHORT, hang, "storage"), Duty("wakes", SHORT, waking, "database")
    try:
        with _running(*duties):
            _until(lambda: DutyRun.objects.filter(pk="hangs", holder="r1").exists(), "it hangs")
            before = waking.runs
            _until(lambda: waking.runs > before + 5, "the other goes on")
            assert DutyRun.objects.get(pk="hangs").finished_at is None
            release.set()
            _until(lambda: DutyRun.objects.get(pk="hangs").finished_at is not None, "it ended")
    finally:
        release.set()


def _held_until() -> datetime:
    until = DutyRun.objects.get().held_until
    assert until is not None
    return until


@pytest.mark.usefixtures("_quick")
def test_a_claim_is_kept_while_its_duty_runs() -> None:
    release = threading.Event()
    begun: list[str] = []

    def hang() -> int:
        begun.append("x")
        release.wait(120)
        return 0

    duty = Duty("hangs", SHORT, hang, "storage")
    try:
        with _running(duty, name="r1"), _running(duty, name="r2"):
            _until(lambda: len(begun) > 0, "one runs it")
            first = _held_until()
            _until(lambda: _held_until() > first + timedelta(seconds=1), "renewed for a while")
            assert begun == ["x"]
            release.set()
    finally:
        release.set()


@pytest.mark.usefixtures("_quick")
def test_it_shows_itself_and_leaves_when_it_is_told_to_stop() -> None:
    with _running(Duty("d", SHORT, Counted(), "database"), name="r1"):
        _until(lambda: Reconciler.objects.filter(pk="r1").exists(), "shown")
    assert not Reconciler.objects.exists()


@pytest.mark.usefixtures("_quick")
def test_started_while_the_database_is_away_it_is_there_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    away, tried = threading.Event(), Counted()
    away.set()
    read, show = claims.read, presence.show

    def _unless_away(call: Callable[..., object]) -> Callable[..., object]:
        def perhaps(*args: object) -> object:
            if away.is_set():
                tried()
                raise OperationalError
            return call(*args)

        return perhaps

    monkeypatch.setattr(claims, "read", _unless_away(read))
    monkeypatch.setattr(presence, "show", _unless_away(show))
    ran = Counted()
    with _running(Duty("d", SHORT, ran, "database"), name="r1"):
        _until(lambda: tried.runs > 6, "it tries")
        assert ran.runs == 0
        away.clear()
        _until(lambda: ran.runs > 0, "it works")
        _until(lambda: Reconciler.objects.filter(pk="r1").exists(), "shown")


@pytest.mark.usefixtures("_quick")
def test_two_reconcilers_share_and_each_goes_on_without_the_other() -> None:
    lock, at_once, most = threading.Lock(), [0], [0]
    ran = Counted()

    def alone() -> int:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        threading.Event().wait(0.01)
        with lock:
            at_once[0] -= 1
        return ran()

    duty = Duty("d", SHORT, alone, "database")
    with _running(duty, name="r1"):
        with _running(duty, name="r2"):
            _until(lambda: ran.runs > 20, "both run it")
        before = ran.runs
        _until(lambda: ran.runs > before + 3, "one goes on")
    assert most == [1]


@pytest.mark.thorough
def test_the_process_reconciles_and_ends_at_sigterm(tmp_path: Path, redis_server: Redis) -> None:
    with running_vodloom(tmp_path / "data", redis=redis_server) as vodloom:
        ask = "from processing.models import DutyRun; print(DutyRun.objects.filter({}).count())"

        def count(of: str) -> int:
            return int(vodloom.manage("shell", "-v0", "-c", ask.format(of)))

        _until(lambda: count("finished_at__isnull=False, failures=0") > 10, "duties ran")
        process = vodloom.processes["reconciler"]
        process.send(signal.SIGTERM)
        _until(lambda: not process.is_running, "it ended")
        left = "from processing.models import Reconciler; print(Reconciler.objects.count())"
        assert vodloom.manage("shell", "-v0", "-c", left).strip() == "0"
