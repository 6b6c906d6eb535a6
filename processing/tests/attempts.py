"""Attempts at a video's first task, and ways to make them go wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import InternalError, connection
from psycopg.errors import ReadOnlySqlTransaction

from processing.models import Task
from processing.pipeline import work
from processing.pipeline.claim import claim
from processing.steps import STEPS
from processing.steps.context import Outcome, TaskContext
from videos.storage import StorageUnavailable


def claimed() -> Task:
    """The next task of the queue that videos begin in."""
    task = claim("media", worker="me")
    assert task is not None
    return task


def in_a_thread(task: Task) -> threading.Thread:
    """What works on a task once it is started, with a connection of its own."""

    def work_on() -> None:
        try:
            work.work_on(task)
        finally:
            connection.close()

    return threading.Thread(target=work_on)


def let_probe_do(monkeypatch: pytest.MonkeyPatch, run: Callable[[TaskContext], Outcome]) -> None:
    """Let the first step of every video do this."""
    monkeypatch.setitem(STEPS, "probe", replace(STEPS["probe"], run=run))


def refused(*args: object, **kwargs: object) -> None:
    """What a storage answers that is away."""
    raise StorageUnavailable("down")


def read_only() -> InternalError:
    """What a database answers that is no longer the primary."""
    error = InternalError("cannot execute UPDATE in a read-only transaction")
    error.__cause__ = ReadOnlySqlTransaction()
    return error
