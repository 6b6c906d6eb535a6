"""Whenever a worker is killed while it makes a picture, it leaves nothing, and it is made again."""

from __future__ import annotations

import os
from collections.abc import Callable
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.utils import timezone

from processing import remaking
from processing.models import Run, Task
from processing.pipeline import attempt, finish, work
from processing.pipeline.claim import Allowance, claim
from processing.steps import STEPS
from processing.steps.context import Outcome
from processing.steps.pictures import PICTURES
from processing.workers import temp_files
from tests.killed import killed_at
from videos import objects
from videos.models import ContentFacts, Picture, Release, SceneHash, StoredObject, Video
from videos.storage import outputs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]
KINDS = tuple(PICTURES)
State = StoredObject.State

STORED = "processing.pipeline.finish.finish"
"""When all files of a picture are stored, and no row tells of them."""
POINTS = (
    "processing.ffmpeg.running.runner._follow",  # while FFmpeg runs
    "processing.steps.pictures.keeping.keep",  # when all is made
    "processing.steps.transfers.take",  # when all is registered
    STORED,
    "processing.pipeline.advance.go_on",  # just before the commit
)


def all_but(kinds: tuple[str, ...], queue: str) -> None:
    """Do every task of a queue that is ready and of no such kind."""
    allowed = Allowance(kinds=[kind for kind in STEPS if kind not in kinds])
    while (task := claim(queue, worker="me", within=allowed)) is not None:
        work.work_on(task)


def stored() -> set[str]:
    return {one.key for one in outputs().list_prefix("releases/")}


def written(token: object) -> int:
    """How many objects an attempt has stored."""
    return sum(f"/{token}/" in key for key in stored())


def taken(kind: str) -> Task:
    task = claim("media", worker="killed", within=Allowance(kinds=[kind]))
    assert task is not None
    return task


def overdue(task: Task) -> Task:
    """Let the lease of a task run out; return it as its worker knows it."""
    Task.objects.filter(pk=task.pk).update(lease_until="2000-01-01T00:00:00Z")
    assert finish.rescue(Task.objects.get(pk=task.pk))
    return task


def kill(kind: str, point: str) -> Task:
    """Kill who makes this kind at a point of the code, and let its lease run out."""
    task = taken(kind)
    killed_at(point, lambda: work.work_on(task))
    return overdue(task)


def shown() -> dict[str, set[object]]:
    """What is told of a release, by the kinds of pictures."""
    found: dict[str, set[object]] = {kind: set() for kind in KINDS}
    for kind, key in Picture.objects.values_list("kind", "key"):
        found[kind].add(key)
    found["facts"] = set(ContentFacts.objects.values_list("measured_at", flat=True))
    found["alike"] = set(SceneHash.objects.values_list("pk", flat=True))
    found["poster"] = {key for key in Release.objects.values_list("poster_key", flat=True) if key}
    return found


def assert_nothing_is_left(settings: LazySettings, folders: int = 0) -> None:
    """So many folders of killed workers lie there; beside them nothing is too many or missing."""
    attempt.mark_abandoned()
    StoredObject.objects.filter(state=State.DELETING).update(delete_after=timezone.now())
    objects.delete_marked()
    assert not StoredObject.objects.exclude(state=State.STORED).exists()
    assert stored() == set(
        StoredObject.objects.filter(storage=StoredObject.Storage.OUTPUTS).values_list(
            "key", flat=True
        )
    )
    keys = set(Picture.objects.values_list("key", flat=True))
    assert {*keys, *shown()["poster"]} <= stored()
    for path in settings.WORK_DIR.iterdir():
        os.utime(path, (1, 1))
    assert temp_files.remove() == folders
    assert not list(settings.WORK_DIR.iterdir())


def assert_all_were_made(before: dict[str, set[object]]) -> None:
    assert Run.objects.get().status == Run.Status.SUCCEEDED
    after = shown()
    assert all(after[kind] for kind in KINDS)
    assert not [kind for kind in KINDS if after[kind] & before[kind]]


@pytest.mark.usefixtures("video")
def test_the_killed_leave_nothing_and_their_work_is_done_again(
    work_off: Callable[[], None], settings: LazySettings
) -> None:
    before = shown()
    for queue in ("media", "encode", "media"):
        all_but(KINDS, queue)
    killed = [kill(kind, STORED) for kind in KINDS]
    assert Video.objects.get().status == "ready"
    assert shown() == before
    assert {task.kind for task in killed if not written(task.token)} == {"facts", "alike"}
    work_off()
    assert_nothing_is_left(settings)
    assert not any(written(task.token) for task in killed)
    assert_all_were_made(before)


@pytest.mark.thorough
@pytest.mark.parametrize("point", POINTS)
def test_wherever_they_are_killed(
    ready_video: Video, point: str, work_off: Callable[[], None], settings: LazySettings
) -> None:
    before = shown()
    remaking.remake(ready_video, KINDS)
    without = {"facts", "alike"} if point.endswith("take") else set()
    without |= {"poster"} if point.endswith("keep") else set()
    killed = [kill(kind, point) for kind in KINDS if kind not in without]
    assert shown() == before
    folders = len(list(settings.WORK_DIR.iterdir()))
    assert folders == (0 if point in POINTS[3:] else len(killed))
    work_off()
    assert_nothing_is_left(settings, folders)
    assert_all_were_made(before)


def test_one_whose_commit_was_not_answered_keeps_what_it_made(
    ready_video: Video,
    work_off: Callable[[], None],
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    committed = finish.finish
    unanswered: set[UUID] = set()

    def commit(task: Task, outcome: Outcome) -> None:
        committed(task, outcome)
        if task.pk not in unanswered:
            unanswered.add(task.pk)
            raise OperationalError

    before = shown()
    monkeypatch.setattr(finish, "finish", commit)
    remaking.remake(ready_video, KINDS)
    work_off()
    assert len(unanswered) == len(KINDS)
    assert_nothing_is_left(settings)
    assert_all_were_made(before)


@pytest.mark.thorough
def test_one_who_was_thought_dead_changes_nothing(
    ready_video: Video, work_off: Callable[[], None], settings: LazySettings
) -> None:
    remaking.remake(ready_video, KINDS)
    frozen = [overdue(taken(kind)) for kind in KINDS]
    work_off()
    made = shown()
    for task in frozen:
        work.work_on(task)
    assert shown() == made
    assert_nothing_is_left(settings)
    assert_all_were_made({kind: set() for kind in KINDS})
