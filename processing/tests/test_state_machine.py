"""The pipeline as a model: whatever happens, in any order, its promises hold after each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from accounts.plans import PlanName, terms_named
from processing import remaking, services
from processing.models import Run, Task
from processing.pipeline import finish, reconcile
from processing.pipeline.claim import claim
from processing.pipeline.lease import LeaseLost, renew
from processing.pipeline.retry import Problem, Remedy
from processing.queues import rows_of
from processing.tests.pretended import FACTS, outcome
from processing.tests.promises import Rows
from videos import purge
from videos.events import log
from videos.models import Chunk, Event, Release, Source, Video

State = Task.State

# Shrinking takes long but happens only when something is broken; explaining takes longer still.
BOUNDED = settings(
    stateful_step_count=40,
    deadline=None,
    database=None,
    print_blob=True,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
picks = st.integers(0, 30)
_REMADE = ("thumbnails",)

PERMANENT = Problem("encode_failed", "It cannot be encoded.", tries=1)
TRANSIENT = Problem("storage_unavailable", "The storage is not responding.", tries=3)
MISFIT = Problem("chunks_differ", "It does not fit.", tries=1, remedy=Remedy.WHOLE)


class Pipeline(RuleBasedStateMachine):
    """Videos of two owners. ``held`` are all claims ever made, those of dead workers too."""

    def __init__(self) -> None:
        super().__init__()
        self._undo = transaction.atomic()
        self._undo.__enter__()
        self.owners = [
            User.objects.create(email=f"{plan}@example.com", plan=plan)
            for plan in (PlanName.FREE, PlanName.PRO)
        ]
        self.videos: list[Video] = []
        self.runs: list[Run] = []
        self.held: list[Task] = []
        self.done: dict[UUID, dict[str, Any]] = {}
        self.positions: dict[UUID, int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    # What people do

    @initialize()
    def begin(self) -> None:
        for owner in (0, 0, 0, 1):
            self.hand_in(owner)

    @precondition(lambda self: len(self.videos) < 6)
    @rule(owner=st.integers(0, 1))
    def hand_in(self, owner: int) -> None:
        user = self.owners[owner]
        source = Source.objects.create(
            owner=user,
            key=f"{len(self.videos)}",
            filename="a.mp4",
            size=1,
            sha256="0" * 64,
            origin=Source.Origin.COMMAND,
            facts=FACTS,
        )
        video = Video.objects.create(owner=user, status=Video.Status.UPLOADING)
        self.runs.append(services.begin(video, source))
        self.videos.append(video)

    @precondition(lambda self: self.videos)
    @rule(act=st.sampled_from(["retry", "reprocess", "remake", "prioritize", "cancel"]), pick=picks)
    def decide(self, act: str, pick: int) -> None:
        getattr(self, f"_{act}")(pick)

    def _cancel(self, pick: int) -> None:
        video = _pick(self.videos, pick)
        busy = _is_busy(video)
        try:
            services.cancel(video)
        except services.NothingToCancel:
            assert not busy
        else:
            assert busy

    def _retry(self, pick: int) -> None:
        run = _pick(self.runs, pick)
        busy = _is_busy(run.video)
        ended = Run.objects.get(pk=run.pk).status in (Run.Status.FAILED, Run.Status.CANCELED)
        newer = any(other.video_id == run.video_id for other in self.runs[_place(run, self.runs) :])
        kept = Release.objects.filter(pk=run.pk, state__in=["failed", "complete"]).exists()
        try:
            services.retry(run)
        except services.NothingToRetry:
            assert newer or not ended
            return
        except services.AlreadyProcessing:
            assert busy
            return
        assert ended
        assert not newer
        assert not busy
        if not kept:
            self._forget_what_was_made(run)

    def _reprocess(self, pick: int) -> None:
        video = Video.objects.get(pk=_pick(self.videos, pick).pk)
        busy = _is_busy(video, essential=True)  # what only makes pictures gives way
        try:
            self.runs.append(services.reprocess(video))
        except services.AlreadyProcessing:
            assert busy
        else:
            assert not busy

    def _remake(self, pick: int) -> None:
        video = Video.objects.get(pk=_pick(self.videos, pick).pk)
        busy = _is_busy(video)
        try:
            run = remaking.remake(video, _REMADE)
        except services.AlreadyProcessing:
            assert busy
        except remaking.NoRelease:
            assert video.status in (Video.Status.FAILED, Video.Status.CANCELED)
        else:
            assert (busy, video.status) == (False, Video.Status.READY)
            made = {task.pk for task in self.held if task.run_id == run.pk and task.kind in _REMADE}
            self.done = {pk: row for pk, row in self.done.items() if pk not in made}

    def _prioritize(self, pick: int) -> None:
        priority = pick % 5
        run = _pick(self.runs, pick)
        services.prioritize(run, priority)
        waiting = Task.objects.filter(run=run, state__in=Task.OPEN)
        assert set(waiting.values_list("priority", flat=True)) <= {priority}

    # What workers do

    @precondition(lambda self: self.videos)
    @rule(queue=st.sampled_from(["media", "encode"]), times=st.integers(1, 4), die=st.booleans())
    def claim(self, queue: str, times: int, die: bool) -> None:
        """Workers take what is next and keep it, or die of it one after the other."""
        for _ in range(times):
            expected = _next_in(queue)
            task = claim(queue, worker="w")
            assert (task and task.pk) == (expected and expected.pk)
            if task is not None:
                assert task.token not in {other.token for other in self.held}
                self.held.append(task)
                if die:
                    self._expire(task)

    @precondition(lambda self: self.held)
    @rule(
        act=st.sampled_from(
            [
                "heartbeat",
                "finish",
                "fail",
                "fail_for_now",
                "misfit",
                "hand_back",
                "expire",
                "nearly_expire",
            ]
        ),
        pick=picks,
    )
    def hold(self, act: str, pick: int) -> None:
        """Whoever claimed a task, lately or long ago, does this with it or has it happen."""
        getattr(self, f"_{act}")(_pick(self.held, pick))

    def _heartbeat(self, task: Task) -> None:
        assert renew(task, share=0.5, speed=1.0) == _is_current(task)

    def _finish(self, task: Task) -> None:
        with _only_by_its_holder(task):
            finish.finish(task, outcome(task))

    def _fail(self, task: Task) -> None:
        with _only_by_its_holder(task):
            finish.fail(task, PERMANENT)

    def _fail_for_now(self, task: Task) -> None:
        with _only_by_its_holder(task):
            finish.fail(task, TRANSIENT)

    def _misfit(self, task: Task) -> None:
        """A chunk that does not fit the others begins the run anew, once, in one piece."""
        current, run = _is_current(task), Run.objects.get(pk=task.run_id)
        with _only_by_its_holder(task):
            finish.fail(task, MISFIT)
        newest = Run.objects.filter(video_id=run.video_id).latest("id")
        if current and task.essential and not run.whole:
            assert (newest.whole, newest.status) == (True, Run.Status.QUEUED)
            assert not Video.objects.filter(pk=run.video_id, release_id=run.pk).exists()
            self.runs.append(newest)
        else:
            assert newest.pk in {known.pk for known in self.runs}

    def _hand_back(self, task: Task) -> None:
        with _only_by_its_holder(task):
            finish.release_task(task)

    def _expire(self, task: Task) -> None:
        current = _is_current(task)
        _run_out(task)
        assert finish.rescue(task) == current
        assert not _is_current(task)

    def _nearly_expire(self, task: Task) -> None:
        current = _is_current(task)
        _run_out(task)
        assert renew(task, share=0.1, speed=None) == current
        assert not finish.rescue(task)

    @precondition(lambda self: self.videos)
    @rule(tasks=st.integers(1, 4), slow=st.sampled_from(["", "poster"]))
    def work(self, tasks: int, slow: str) -> None:
        """Do what is next, as a living worker would; what is slow is only begun."""
        for _ in range(tasks):
            task = claim("media", worker="w") or claim("encode", worker="w")
            if task is not None:
                self.held.append(task)
                if task.kind != slow:
                    finish.finish(task, outcome(task))

    @precondition(lambda self: self.done)
    @rule(pick=picks)
    def finish_again(self, pick: int) -> None:
        task = _pick([task for task in self.held if task.pk in self.done], pick)
        assert not _is_current(task)
        self._finish(task)

    @precondition(lambda self: self.held)
    @rule(pick=picks, problem=st.sampled_from([PERMANENT, TRANSIENT, TRANSIENT]))
    def fail(self, pick: int, problem: Problem) -> None:
        task = _pick(self.held, pick)
        with _only_by_its_holder(task):
            finish.fail(task, problem)

    @precondition(lambda self: self.held)
    @rule(pick=picks)
    def hand_back(self, pick: int) -> None:
        task = _pick(self.held, pick)
        with _only_by_its_holder(task):
            finish.release_task(task)

    # What time and the reconciler do

    @precondition(lambda self: self.held)
    @rule(what=st.sampled_from(["lose_all_workers", "end_all_pauses", "reconcile", "age"]))
    def pass_time(self, what: str) -> None:
        getattr(self, f"_{what}")()

    def _lose_all_workers(self) -> None:
        running = Task.objects.filter(state=State.RUNNING)
        running.update(lease_until=Now() - timedelta(seconds=1))
        reconcile.reclaim_overdue()
        assert not running.exists()

    def _end_all_pauses(self) -> None:
        paused = Task.objects.filter(not_before__isnull=False)
        paused.update(not_before=timezone.now() - timedelta(seconds=1))

    def _age(self) -> None:
        Release.objects.update(created_at=timezone.now() - timedelta(days=2))
        self._reconcile()

    def _reconcile(self) -> None:
        # Its workers have renewed their leases, however long the machine took for the steps before.
        running = Task.objects.filter(state=State.RUNNING)
        running.update(lease_until=Now() + timedelta(minutes=1))
        assert reconcile.reclaim_overdue() == 0
        assert reconcile.advance_finished() == 0
        purge.sweep_releases()

    # What is promised

    @invariant()
    def the_rows_are_as_promised(self) -> None:
        Rows().hold()

    @invariant()
    def done_tasks_never_change(self) -> None:
        now = {row["id"]: _lasting(row) for row in Task.objects.filter(state=State.DONE).values()}
        for pk, row in self.done.items():
            assert now.get(pk) == row
        self.done = now

    @invariant()
    def each_chunk_is_of_the_attempt_that_finished(self) -> None:
        finished = {task.pk: task for task in self.held if task.pk in self.done}
        encodes = {(t.run_id, t.number): t for t in finished.values() if t.kind == "encode"}
        for chunk in Chunk.objects.select_related("rendition"):
            task = encodes[chunk.rendition.release_id, chunk.number]
            assert chunk.key.split("/")[1:3] == [str(task.run_id), str(task.token)]

    @invariant()
    def events_have_no_gap_and_keep_their_place(self) -> None:
        log.sequence()
        now = {pk: place for pk, place in Event.objects.values_list("id", "position") if place}
        assert sorted(now.values()) == list(range(1, len(now) + 1))
        assert {pk: now[pk] for pk in self.positions} == self.positions
        self.positions = now

    def _forget_what_was_made(self, run: Run) -> None:
        """It is gone from the storage, so a retry makes it again."""
        for task in Task.objects.filter(run=run).exclude(kind="probe"):
            self.done.pop(task.pk, None)


def _pick(rows: list[Any], pick: int) -> Any:
    """The latest for 0: what is old is mostly over."""
    return rows[-1 - (pick % len(rows))]


def _place(run: Run, runs: list[Run]) -> int:
    """Where the runs begin that are newer than this one."""
    return [other.pk for other in runs].index(run.pk) + 1


def _is_busy(video: Video, *, essential: bool = False) -> bool:
    active = Run.objects.filter(video=video, status__in=Run.ACTIVE)
    if essential:
        active = active.filter(tasks__essential=True, tasks__state__in=Task.OPEN)
    return active.exists()


def _is_current(task: Task) -> bool:
    return Task.objects.filter(pk=task.pk, state=State.RUNNING, token=task.token).exists()


def _run_out(task: Task) -> None:
    Task.objects.filter(pk=task.pk, state=State.RUNNING, token=task.token).update(
        lease_until=Now() - timedelta(seconds=1)
    )


def _lasting(row: Mapping[str, Any]) -> dict[str, Any]:
    """A done task without what its run's priority may still change."""
    return {name: value for name, value in row.items() if name not in ("priority", "rank")}


@contextmanager
def _only_by_its_holder(task: Task) -> Iterator[None]:
    """What is tried with a stale token raises and changes no task."""
    if _is_current(task):
        yield
        assert not _is_current(task)
        return
    before = list(Task.objects.order_by("id").values())
    with pytest.raises(LeaseLost):
        yield
    assert list(Task.objects.order_by("id").values()) == before


def _next_in(queue: str) -> Task | None:
    """What a claim must take: the earliest rank among owners below their cap."""
    now = timezone.now()
    tasks = list(Task.objects.filter(queue=rows_of(queue)).select_related("owner"))
    running = [task.owner_id for task in tasks if task.state == State.RUNNING]
    due = [
        task
        for task in tasks
        if task.state == State.READY
        and (task.not_before is None or task.not_before <= now)
        and running.count(task.owner_id) < terms_named(task.owner.plan).running
    ]
    return min(due, key=lambda task: (task.rank, task.pk), default=None)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("times", [8, pytest.param(40, marks=pytest.mark.thorough)])
def test_the_promises_hold_whatever_happens(db: None, times: int) -> None:
    run_state_machine_as_test(Pipeline, settings=settings(BOUNDED, max_examples=times))


def test_a_run_canceled_when_its_video_was_ready_can_be_retried(db: None) -> None:
    machine = Pipeline()
    try:
        machine.hand_in(owner=0)
        machine.work(tasks=7, slow="poster")
        machine._cancel(0)
        machine._retry(0)
        Rows().hold()
        assert Task.objects.get(kind="poster").state == State.READY
        assert Video.objects.get().status == Video.Status.READY
    finally:
        machine.teardown()


def test_the_pictures_of_an_older_release_are_made_again_while_a_newer_job_has_failed(
    db: None,
) -> None:
    machine = Pipeline()
    try:
        machine.hand_in(owner=0)
        machine.work(tasks=20, slow="")
        machine._reprocess(0)
        machine._cancel(0)
        machine._remake(0)
        machine._retry(0)
        Rows().hold()
        machine.work(tasks=1, slow="")
        machine._retry(0)
        Rows().hold()
    finally:
        machine.teardown()
