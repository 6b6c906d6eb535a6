"""The answer to a claim is lost: the task is handed back, and counts neither attempt nor crash."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import OperationalError

from processing.models import Task
from processing.pipeline import work
from processing.pipeline.claim import claim
from processing.pipeline.doubtful_claims import DoubtfulClaims
from videos.models import Video


@pytest.fixture
def task(video: Video) -> Task:
    """The video's probe, ready."""
    return Task.objects.get()


@pytest.fixture
def doubts(monkeypatch: pytest.MonkeyPatch) -> DoubtfulClaims:
    """Claims that are made, of which the first one's answer is lost."""
    fresh, calls = DoubtfulClaims(), []

    def broken(*args: Any, **named: Any) -> Task | None:
        task = claim(*args, **named)
        calls.append(task)
        if len(calls) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return task

    monkeypatch.setattr(work, "claim", broken)
    monkeypatch.setattr(work, "doubtful_claims", fresh)
    return fresh


def test_what_was_claimed_after_all_is_claimed_again(task: Task, doubts: DoubtfulClaims) -> None:
    assert work._next("media") is None
    task.refresh_from_db()
    assert task.state == Task.State.RUNNING
    again = work._next("media")
    assert again is not None
    assert (again.pk, again.attempts, again.crashes) == (task.pk, 1, 0)


def test_a_worker_without_work_hands_it_back_too(task: Task, doubts: DoubtfulClaims) -> None:
    work._next("media")
    assert doubts.release() == 1
    task.refresh_from_db()
    assert (task.state, task.attempts, task.token) == (Task.State.READY, 0, None)
    assert doubts.release() == 0


def test_a_claim_that_was_not_made_is_forgotten_after_its_lease(
    task: Task, doubts: DoubtfulClaims, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.TASK_LEASE_SECONDS = 0
    work._next("media")
    monkeypatch.setattr(time, "monotonic", lambda: 1e12)
    assert doubts.release() == 0
