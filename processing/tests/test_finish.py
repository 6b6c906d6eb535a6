"""Only the holder of the current token ends a task, once, and what waited goes on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.plans import PlanName
from processing.models import Run, Task
from processing.pipeline import advance, finish
from processing.pipeline.claim import claim
from processing.pipeline.lease import LeaseLost, renew
from processing.pipeline.retry import Problem, Remedy
from processing.steps.context import Outcome
from processing.steps.pictures import PICTURES
from processing.steps.step import TaskSpec
from processing.tests.pretended import outcome
from videos.models import Release, Video

PERMANENT = Problem("encode_failed", "It cannot be encoded.", tries=1)
MISFIT = Problem("chunks_differ", "It does not fit.", tries=1, remedy=Remedy.WHOLE)
DAMAGED = Problem("copy_unfit", "It is damaged.", tries=1, remedy=Remedy.ENCODE)
TRANSIENT = Problem("storage_unavailable", "The storage is not responding.", tries=3)


@pytest.fixture
def task(video: Video) -> Task:
    """The video's probe, claimed."""
    claimed = claim("media", worker="me")
    assert claimed is not None
    return claimed


def _expire(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_finishing_unlocks_what_waited(task: Task) -> None:
    finish.finish(task, outcome(task))
    assert _states() == {
        "probe 0": "done",
        "encode 0": "ready",
        "encode 1": "blocked",
        "encode 2": "blocked",
        "poster 0": "blocked",
        "publish 0": "blocked",
        "downloads 0": "blocked",
        **{f"{kind} 0": "blocked" for kind in PICTURES if kind not in ("poster", "waveform")},
    }
    finish.finish(_claimed("encode"), Outcome())
    states = _states()
    assert [states[f"encode {number}"] for number in (1, 2)] == ["ready", "ready"]
    assert (states["poster 0"], states["publish 0"]) == ("ready", "blocked")


def test_a_chunk_that_does_not_fit_begins_the_run_anew_in_one_piece(task: Task) -> None:
    finish.finish(task, outcome(task))
    first = _claimed("encode")
    finish.finish(first, outcome(first))
    second = _claimed("encode")
    video = Video.objects.get()
    assert (video.playable, video.release_id) == (True, task.run_id)
    finish.fail(second, MISFIT)
    video.refresh_from_db()
    assert (video.status, video.playable, video.release_id) == ("processing", False, None)
    old, new = Run.objects.order_by("id")
    assert (old.status, old.error_code, old.whole) == ("failed", "chunks_differ", False)
    assert (new.status, new.whole, new.profile) == ("queued", True, old.profile)
    assert Release.objects.get(pk=old.pk).state == Release.State.FAILED


def test_copied_frames_that_are_damaged_are_encoded_by_another_run(task: Task) -> None:
    finish.fail(task, DAMAGED)
    old, new = Run.objects.order_by("id")
    assert (old.profile["copies"], new.profile["copies"], new.whole) == (True, False, False)
    again = _claimed("media")
    assert again.run_id == new.pk
    finish.fail(again, DAMAGED)
    assert Video.objects.get().error_code == "copy_unfit"


def test_one_piece_that_does_not_fit_itself_fails(task: Task) -> None:
    Run.objects.update(whole=True)
    finish.fail(task, MISFIT)
    assert Video.objects.get().error_code == "chunks_differ"


def _claimed(queue: str) -> Task:
    claimed = claim(queue, worker="me")
    assert claimed is not None
    return claimed


def _states() -> dict[str, str]:
    return {str(task): task.state for task in Task.objects.all()}


def test_finishing_twice_is_refused_and_changes_nothing(task: Task) -> None:
    finish.finish(task, Outcome())
    record = Mock()
    with pytest.raises(LeaseLost):
        finish.finish(task, Outcome(record=record))
    record.assert_not_called()
    assert Task.objects.count() == 1


def test_a_stale_worker_cannot_finish_a_task(task: Task) -> None:
    _expire(task)
    assert finish.rescue(task)
    newer = claim("media", worker="other")
    assert newer is not None
    assert newer.token != task.token
    with pytest.raises(LeaseLost):
        finish.finish(task, Outcome())
    assert Task.objects.get(pk=task.pk).state == Task.State.RUNNING


def test_a_stale_worker_cannot_fail_hand_back_or_renew_a_task(task: Task) -> None:
    _expire(task)
    finish.rescue(task)
    with pytest.raises(LeaseLost):
        finish.fail(task, PERMANENT)
    with pytest.raises(LeaseLost):
        finish.release_task(task)
    assert not renew(task, share=0.5, speed=None)


def test_an_expired_lease_may_be_renewed_while_its_token_is_current(task: Task) -> None:
    _expire(task)
    assert renew(task, share=0.5, speed=2.0)
    assert not finish.rescue(task)
    assert Task.objects.get(pk=task.pk).progress == 0.5


def test_handing_back_counts_no_attempt(task: Task) -> None:
    finish.release_task(task)
    task.refresh_from_db()
    assert (task.state, task.attempts, task.token) == ("ready", 0, None)


def test_a_permanent_failure_fails_run_release_and_video_with_the_reason(task: Task) -> None:
    finish.fail(task, PERMANENT)
    run = Run.objects.select_related("video").get()
    assert (run.status, run.error_code) == (Run.Status.FAILED, "encode_failed")
    assert (run.video.status, run.video.error_code) == (Video.Status.FAILED, "encode_failed")
    assert Release.objects.get(pk=run.pk).state == Release.State.FAILED


def test_a_transient_failure_is_tried_again_later_then_given_up(task: Task) -> None:
    for attempt in (1, 2):
        finish.fail(task, TRANSIENT)
        waiting = Task.objects.get(pk=task.pk)
        assert (waiting.state, waiting.attempts) == (Task.State.READY, attempt)
        assert waiting.error_code == "storage_unavailable"
        assert waiting.not_before is not None
        Task.objects.update(not_before=None)
        task = claim("media", worker="me") or task
    finish.fail(task, TRANSIENT)
    assert Task.objects.get(pk=task.pk).state == Task.State.FAILED
    assert Video.objects.get().status == Video.Status.FAILED


def test_the_third_crash_fails_the_video(task: Task) -> None:
    for crash in (1, 2, 3):
        _expire(task)
        assert finish.rescue(task)
        again = claim("media", worker="me")
        assert (again is None) == (crash == 3)
        task = again or task
    video = Video.objects.get()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "worker_crashed")


def test_a_living_task_is_not_taken_back(task: Task) -> None:
    assert not finish.rescue(task)


def test_a_failed_task_that_is_not_essential_lets_the_run_succeed(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(essential=False)
    task.essential = False
    finish.fail(task, PERMANENT)
    assert Run.objects.get().status == Run.Status.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_two_last_siblings_finishing_at_once_unlock_what_waits_for_both(video: Video) -> None:
    User.objects.update(plan=PlanName.STAFF)
    run = Run.objects.get()
    Task.objects.all().delete()
    with transaction.atomic():
        locked = advance.lock(run.pk)
        siblings = [TaskSpec("encode", n, 40) for n in range(4)]
        last = TaskSpec("publish", weight=5, after=tuple(("encode", n) for n in range(4)))
        advance.add_tasks(locked, [*siblings, last])
    claimed = [claim("encode", worker=str(n)) for n in range(4)]

    def end(task: Task | None) -> None:
        assert task is not None
        try:
            finish.finish(task, Outcome())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(end, claimed))
    assert Task.objects.get(kind="publish").state == Task.State.READY


def test_statements_of_finishing_do_not_grow_with_the_run(
    task: Task, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    run = Run.objects.get()
    with transaction.atomic():
        many = [TaskSpec("encode", n) for n in range(1, 200)]
        advance.add_tasks(advance.lock(run.pk), many)
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]  # a context manager
        finish.finish(task, Outcome())
