"""A worker that is killed while it makes pictures leaves nothing, and they are made again."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.utils import timezone

from processing.models import Task
from processing.pipeline import attempt, finish, work
from processing.pipeline.claim import Allowance, claim
from processing.steps import STEPS
from processing.workers import temp_files
from tests.killed import killed_at
from videos import objects
from videos.models import Picture, StoredObject, Video
from videos.storage import outputs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]
KINDS = ("storyboard", "preview")
State = StoredObject.State


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


def kill(kind: str, point: str) -> Task:
    """Kill who makes this kind at a point of the code, and let its lease run out."""
    task = claim("media", worker="killed", within=Allowance(kinds=[kind]))
    assert task is not None
    killed_at(point, lambda: work.work_on(task))
    Task.objects.filter(pk=task.pk).update(lease_until="2000-01-01T00:00:00Z")
    finish.rescue(Task.objects.get(pk=task.pk))
    return task


@pytest.mark.usefixtures("video")
def test_the_killed_leave_nothing_and_their_work_is_done_again(
    work_off: Callable[[], None], settings: LazySettings
) -> None:
    for queue in ("media", "encode", "media"):
        all_but(KINDS, queue)
    killed = [
        kill("storyboard", "processing.pipeline.finish.finish"),  # when all is stored
        kill("preview", "processing.steps.transfers.take"),  # when all is made
    ]
    assert [written(task.token) for task in killed] == [4, 0]
    assert Video.objects.get().status == "ready"
    assert not Picture.objects.filter(kind__in=KINDS).exists()
    Task.objects.update(not_before=None)
    work_off()
    attempt.mark_abandoned()
    StoredObject.objects.filter(state=State.DELETING).update(delete_after=timezone.now())
    objects.delete_marked()
    assert [written(task.token) for task in killed] == [0, 0]
    assert set(Picture.objects.values_list("key", flat=True)) <= stored()
    assert set(Picture.objects.filter(kind__in=KINDS).values_list("kind", flat=True)) == set(KINDS)
    assert not StoredObject.objects.exclude(state=State.STORED).exists()
    for path in settings.WORK_DIR.iterdir():
        os.utime(path, (1, 1))
    assert temp_files.remove() == 1
    assert not [path for path in settings.WORK_DIR.rglob("*") if path.is_file()]
