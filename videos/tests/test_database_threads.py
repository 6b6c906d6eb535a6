"""Threads that read the database are few, and one that hangs is freed."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from accounts.models import User
from videos.database_threads import DatabaseThreads, Overloaded

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

Make = Callable[..., DatabaseThreads]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _threads(
    size: int = 1, waiting: int = 10, queue: float = 20, run: float = 20
) -> DatabaseThreads:
    return DatabaseThreads("test", size=size, waiting=waiting, queue_seconds=queue, run_seconds=run)


def _hang() -> None:
    """Ask the database for something that takes minutes."""
    forever = {
        "postgresql": "SELECT pg_sleep(300)",
        "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT count(*) FROM n",
    }
    with connection.cursor() as cursor:
        cursor.execute(forever[connection.vendor])


async def test_a_call_returns_and_raises_what_the_function_does() -> None:
    threads = _threads()
    assert await threads.run(User.objects.count) == 0
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 / 0)


async def test_a_call_that_hangs_ends_and_its_thread_is_free_again() -> None:
    threads = _threads(run=0.5)
    with pytest.raises(Overloaded):
        await threads.run(_hang)
    patient = asyncio.create_task(threads.run(User.objects.count))
    assert await asyncio.wait_for(patient, 15) == 0


async def test_who_waited_too_long_is_told_and_not_called() -> None:
    threads, release = _threads(queue=0.2), threading.Event()
    called: list[int] = []
    began = threading.Event()

    def block() -> None:
        began.set()
        release.wait(60)

    busy = asyncio.create_task(threads.run(block))
    assert await asyncio.to_thread(began.wait, 20)
    with pytest.raises(OperationalError):
        await threads.run(called.append, 1)
    release.set()
    await busy
    assert await threads.run(lambda: "next") == "next"
    assert called == []


async def test_no_more_than_so_many_wait() -> None:
    threads, release = _threads(waiting=1), threading.Event()
    calls = [asyncio.create_task(threads.run(release.wait)) for _ in range(2)]
    await asyncio.wait(calls, timeout=0.1)
    with pytest.raises(Overloaded):
        await threads.run(release.wait)
    release.set()
    await asyncio.gather(*calls)
