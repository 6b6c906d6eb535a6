"""Work for a client that is gone goes on, and if it fails the log has one line of it."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from django.db import OperationalError
from structlog.testing import capture_logs

from videos.api.tus import keyed
from videos.database_threads import DatabaseThreads
from videos.idempotency import Answer, Claim
from videos.ingest.receiving import writer
from videos.ingest.receiving.locks import Lock
from videos.ingest.receiving.shielding import shielded
from videos.models import Upload

CLAIM = cast("Claim", None)


class Away:
    """Database threads that raise once ``ends`` is set."""

    def __init__(self) -> None:
        self.ends = asyncio.Event()

    async def run(self, *_: Any, **__: Any) -> None:
        await self.ends.wait()
        raise OperationalError


async def left_alone(wait: Callable[[DatabaseThreads], Awaitable[Any]]) -> list[Any]:
    """Let a caller wait for a database that is away, cancel it, and let the database fail then.
    Return what the event loop complains of."""
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
    away = Away()
    caller = asyncio.ensure_future(wait(cast("DatabaseThreads", away)))
    await asyncio.sleep(0.01)
    caller.cancel()
    await asyncio.wait({caller})
    away.ends.set()
    await asyncio.sleep(0.01)
    del caller
    gc.collect()
    return complaints


async def _note(threads: DatabaseThreads, path: Path) -> bool:
    fd = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        return await writer.Writer(Upload(), fd, Lock(-1, b""), None, None)._note(1)
    finally:
        os.close(fd)


@pytest.mark.parametrize("what", ["work", "note", "answer", "key"])
def test_work_that_fails_later_is_one_line(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(threads: DatabaseThreads) -> None:
        monkeypatch.setattr(writer, "rows", threads)
        ways: dict[str, Callable[[], Awaitable[Any]]] = {
            "work": lambda: shielded(threads.run(print)),
            "note": lambda: _note(threads, tmp_path / "spool"),
            "answer": lambda: keyed._store(CLAIM, Answer(201, "", ""), threads),
            "key": lambda: keyed._give_back(CLAIM, threads),
        }
        await ways[what]()

    with capture_logs() as lines:
        assert asyncio.run(left_alone(wait)) == []
    assert [(line["event"], line["reason"]) for line in lines] == [
        ("upload_work_failed", "OperationalError")
    ]


def test_an_error_reaches_the_one_who_waits() -> None:
    async def fails() -> None:
        raise OperationalError

    with capture_logs() as lines, pytest.raises(OperationalError):
        asyncio.run(shielded(fails()))
    assert lines == []
