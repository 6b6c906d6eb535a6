"""Create runs of tasks that do nothing, and wait for them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from accounts.models import User
from processing.models import Run, Task
from processing.pipeline import advance
from processing.steps.step import TaskSpec
from videos.models import Source, Video

QUEUE = "media"


def user(name: str, plan: str) -> User:
    """Create a user with a plan."""
    return User.objects.create(email=f"{name}@example.com", plan=plan)


def hand_in(owner: User, *, runs: int, tasks: int, seconds: float = 0.0) -> list[UUID]:
    """Create this many runs with this many tasks each, all ready at once; return the runs' ids."""
    with transaction.atomic():
        return [_run(owner, tasks, seconds) for _ in range(runs)]


def _run(owner: User, tasks: int, seconds: float) -> UUID:
    source = Source.objects.create(
        owner=owner, key=uuid7().hex, filename="noop", size=1, sha256="0" * 64, origin="command"
    )
    video = Video.objects.create(owner=owner, source=source, status=Video.Status.PROCESSING)
    run = Run.objects.create(
        video=video, source=source, kind=Run.Kind.FIRST, profile={}, priority=owner.terms.priority
    )
    specs = [TaskSpec("noop", number, 100 / tasks) for number in range(tasks)]
    advance.add_tasks(run, specs)
    if seconds:
        Task.objects.filter(run=run).update(input={"seconds": seconds})
    return run.pk


def wait_until_over(runs: Sequence[UUID], *, deadline_seconds: float) -> None:
    """Wait until all these runs have ended; raise TimeoutError. It polls rarely: the rows hold the
    times, and polling uses the cores that are measured."""
    deadline = time.monotonic() + deadline_seconds
    while Run.objects.filter(pk__in=runs, status__in=Run.ACTIVE).exists():
        if time.monotonic() > deadline:
            raise TimeoutError("the tasks were not done in time")
        time.sleep(0.1)
    connection.close()
