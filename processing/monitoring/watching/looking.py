"""Look at the rows: the videos that are worked on, their steps, and new events in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from processing.models import Run, Task
from processing.monitoring import progress, stages
from processing.steps import STEPS
from videos.events import cursors, log
from videos.events.messages import ProgressMessage
from videos.models import Event, Video

MOST_VIDEOS = 50
_MOST_EVENTS = 500
_ARRIVING = (Video.Status.UPLOADING, Video.Status.PROCESSING)
_FAILED = (Run.Status.FAILED, Run.Status.CANCELED)


@dataclass(frozen=True)
class Working:
    """A video and how far it is: ``stage`` is in words for people. While its file arrives it may
    have no job yet."""

    id: str
    title: str
    state: str
    stage: str
    has_job: bool
    tick: ProgressMessage


@dataclass(frozen=True)
class Step:
    """A kind of step of a job: how many of its tasks there are, how many are done, how far all of
    them are together (0 to 1), and what the last of them failed with."""

    label: str
    count: int
    done: int
    share: float
    error: str


@dataclass(frozen=True)
class Look:
    """What a look at the rows found. ``code`` is set when the one video that is followed is over:
    0 when it is ready, else 1. ``missed`` is the cursor up to which events before these were
    deleted for their age; None if none is missing."""

    videos: Sequence[Working]
    events: Sequence[Event]
    steps: Sequence[Step] = ()
    code: int | None = None
    missed: str | None = None


@dataclass
class Watch:
    """Follows all videos, or one, from the last few events on."""

    video: UUID | None = None
    recent: int = 10
    _position: int | None = field(default=None, init=False)

    def look(self) -> Look:
        """Return what is worked on now, and the events since the last look. Raises
        ``Video.DoesNotExist`` when the video is gone, and ``DatabaseError``."""
        if self.video is None:
            events, missed = self._new(Event.objects.filter(position__isnull=False))
            rows: list[Any] = list(_at_work())
            return Look([_working(row) for row in rows], events, missed=missed)
        row: Any = progress.with_run(_joined()).get(pk=self.video)
        of_owner = Event.objects.filter(owner=row.owner_id, position__isnull=False)
        events, missed = self._new(of_owner.filter(video_id=self.video))
        return Look([_working(row)], events, _steps(row.run_id), _code(row), missed)

    def _new(self, events: QuerySet[Event]) -> tuple[list[Event], str | None]:
        """Return the events since the last look, and up to which cursor some are missing."""
        # The newest first: whatever is committed after it stands behind it.
        newest, before = log.newest(), self._position
        if before is None:
            found = list(events.order_by("-position")[: self.recent])[::-1]
        else:
            found = list(events.filter(position__gt=before).order_by("position")[:_MOST_EVENTS])
        last = found[-1].position or 0 if found else 0
        self._position = last if len(found) == _MOST_EVENTS else max(last, newest)
        return found, None if before is None else _missed(before)


def _missed(position: int) -> str | None:
    try:
        log.require_kept(position)
    except cursors.CursorExpired as missed:
        return missed.cursor
    return None


def _joined() -> Any:
    return Video.objects.select_related("source", "release")


def _at_work() -> Any:
    active = Run.objects.filter(video=OuterRef("pk"), status__in=Run.ACTIVE)
    at_work = Q(status__in=_ARRIVING) | Exists(active)
    rows = progress.with_run(_joined().filter(at_work, deleted_at=None))
    return rows.order_by("-id")[:MOST_VIDEOS]


def _working(row: Any) -> Working:
    tick = progress.tick(row)
    stage = stages.LABELS.get(tick["stage"], tick["stage"].capitalize())
    return Working(str(row.pk), str(row), row.status, stage, row.run_id is not None, tick)


def _steps(run_id: UUID | None) -> list[Step]:
    tasks: dict[str, list[Task]] = {}
    for task in Task.objects.filter(run=run_id).order_by("id"):
        tasks.setdefault(task.kind, []).append(task)
    return [_step(kind, tasks[kind]) for kind in STEPS if kind in tasks]


def _step(kind: str, tasks: Sequence[Task]) -> Step:
    done = sum(task.state == Task.State.DONE for task in tasks)
    errors = [task.error_code for task in tasks if task.error_code]
    whole = sum(task.weight for task in tasks) or 1
    share = sum(task.weight * task.progress for task in tasks) / whole
    return Step(STEPS[kind].label, len(tasks), done, share, errors[-1] if errors else "")


def _code(row: Any) -> int | None:
    """Return the exit code when a video is over; its pictures may still be made then."""
    if row.deleted_at is not None or row.status in (Video.Status.FAILED, Video.Status.CANCELED):
        return 1
    if row.status != Video.Status.READY:
        return None
    if row.run_status in Run.ACTIVE and row.release_id != row.run_id:
        return None  # it plays what it played, and is processed again
    return 1 if row.run_status in _FAILED else 0
