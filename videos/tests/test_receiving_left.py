"""Work of an upload that goes on after the request that began it has ended."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from typing import Any

import structlog

from videos.ingest.receiving import writer
from videos.ingest.receiving.errors import UploadOver


def test_work_that_nobody_waits_for_fails_without_a_traceback() -> None:
    go, unheard = Event(), list[Any]()

    def work() -> None:
        go.wait(10)
        raise UploadOver

    async def left() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: unheard.append(told))
        with ThreadPoolExecutor(1) as pool:
            waiting = asyncio.create_task(writer._in_thread(pool, work))
            await asyncio.sleep(0)
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting
            go.set()
        for _ in range(3):
            await asyncio.sleep(0)
        del waiting
        gc.collect()

    with structlog.testing.capture_logs() as logged:
        asyncio.run(left())
    assert unheard == []
    assert [(one["event"], one["reason"]) for one in logged] == [
        ("upload_work_failed", "UploadOver")
    ]
