"""No task of one owner, and no long work, keeps the others of a process waiting."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from accounts.models import User
from processing.models import Run, Task
from processing.pipeline import work
from processing.steps import STEPS
from processing.steps.context import Outcome, TaskContext
from processing.workers.slots import Slots
from tests.servers.process import wait_until
from videos.ingest import services as ingest
from videos.ingest.settings import VideoSettings
from videos.models import Upload, Video

THREADS = 4


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Probes of the owner's first videos block until this is set; others end at once."""
    release = threading.Event()

    def run(context: TaskContext) -> Outcome:
        if context.task.owner.email == "owner@example.com":
            release.wait(60)
        return Outcome()

    monkeypatch.setitem(STEPS, "probe", replace(STEPS["probe"], run=run))
    monkeypatch.setattr(work, "slots", Slots(THREADS))
    yield release
    release.set()


@contextmanager
def drains(count: int) -> Iterator[None]:
    """So many drains of the queue media, as the threads of one process; all over at the end."""

    def drain() -> None:
        try:
            work.drain("media")
        finally:
            connection.close()

    threads = [threading.Thread(target=drain) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_one_owners_long_tasks_leave_a_thread_to_others(
    blocked: threading.Event,
    owner: User,
    stranger: User,
    take_in: Callable[[Path], Video],
    clip: Path,
) -> None:
    User.objects.filter(pk=owner.pk).update(plan="staff")
    for _ in range(THREADS + 1):
        take_in(clip)
    with drains(THREADS):
        try:
            running = Task.objects.filter(owner=owner, state="running")
            wait_until(lambda: running.count() == THREADS - 1, "the owner has all he may have")
            file = ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND)
            ingest.take_file(stranger, file, VideoSettings())
            with drains(1):
                wait_until(
                    lambda: Run.objects.filter(video__owner=stranger, status="succeeded").exists(),
                    "another's probe is done meanwhile",
                )
            assert running.count() == THREADS - 1
        finally:
            blocked.set()
    assert not Task.objects.exclude(state="done").exists()


def _task(kind: str, owner: int) -> Task:
    return Task(kind=kind, owner_id=UUID(int=owner))


@pytest.mark.parametrize(("threads", "bulk"), [(1, 1), (2, 1), (3, 1), (4, 2), (8, 4)])
def test_bulk_work_takes_at_most_half_of_the_threads(threads: int, bulk: int) -> None:
    slots = Slots(threads)
    for number in range(bulk):
        assert "downloads" in slots.kinds()
        slots.take(_task("downloads", number))
    assert ("downloads" in slots.kinds()) == (threads == 1)
    assert {"probe", "publish"} <= set(slots.kinds())
    slots.give_back(_task("downloads", 0))
    assert "downloads" in slots.kinds()


@pytest.mark.parametrize(("threads", "most"), [(2, 1), (4, 3)])
def test_an_owner_has_all_threads_but_one(threads: int, most: int) -> None:
    slots = Slots(threads)
    for _ in range(most):
        assert slots.full_owners() == []
        slots.take(_task("probe", 1))
    assert slots.full_owners() == [UUID(int=1)]
    slots.give_back(_task("probe", 1))
    assert slots.full_owners() == []


def test_a_single_thread_is_not_shared_out() -> None:
    slots = Slots(1)
    slots.take(_task("downloads", 1))
    assert slots.full_owners() == []
    assert set(slots.kinds()) == set(STEPS)
