"""Start, repeat, prioritize and stop the processing of a video, for the rest of the product."""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts import audit
from processing import profiles
from processing.ffmpeg.planning.ladder import Profile
from processing.models import Run, Task
from processing.pipeline import advance, giving_way, ranking, resume
from processing.pipeline import begin as beginning
from processing.pipeline.transactions import bounded
from videos import idempotency, lifecycle
from videos.models import Source, Video

MAX_PRIORITY = 100


class AlreadyProcessing(Exception):
    """Raised when a video has a run that is not over."""


class NoSource(Exception):
    """Raised when a video has no stored source to work from."""


class OriginalDropped(Exception):
    """Raised when a video's source was deleted, as its owner had chosen."""


class NothingToCancel(Exception):
    """Raised when a video is neither arriving nor being processed."""


class VideoDeleted(Exception):
    """Raised when a video that is to be worked on is in the trash."""


class NothingToRetry(Exception):
    """Raised when a run has not failed, or a newer run has taken its place."""


def begin(video: Video, source: Source, *, profile: Profile | None = None) -> Run:
    """Move a video whose source is stored to processing, and plan its first run.

    It uses the default profile unless one is given. Raises ``lifecycle.InvalidTransition`` when the
    upload was canceled, given up or deleted.
    """
    with transaction.atomic():
        lifecycle.finish_upload(video.pk, source=source)
        wanted = profiles.default() if profile is None else profile
        return _start(video, source, Run.Kind.FIRST, profile=wanted, priority=None)


def begin_fetch(video: Video, *, profile: Profile | None = None) -> Run:
    """Plan the first run of a video whose file is fetched by the run itself. The video has an
    unfinished upload that says where from."""
    wanted = profiles.default() if profile is None else profile
    return _start(video, None, Run.Kind.FIRST, profile=wanted, priority=None)


def reprocess(video: Video, *, profile: str | None = None, priority: int | None = None) -> Run:
    """Plan a new run; a ready video keeps playing its release until the new one is complete.

    It uses the default profile unless one is named, and without a ``priority`` the owner's plan's.
    Raises ``NoSource``, ``OriginalDropped``, ``VideoDeleted``, ``AlreadyProcessing`` or
    ``profiles.NoSuchProfile``.
    """
    if video.source is None:
        raise NoSource
    wanted = profiles.default() if profile is None else profiles.named(profile)
    try:
        with bounded():
            giving_way.give_way(video.pk)
            locked = _lock(video.pk)
            # Not left to the constraint: a run that is ending holds its row and waits for the
            # video's, and the constraint would wait for that run.
            if Run.objects.filter(video=video, status__in=Run.ACTIVE).exists():
                raise AlreadyProcessing
            require_there(video.source)
            if locked.status not in (Video.Status.READY, Video.Status.PROCESSING):
                lifecycle.begin_again(video.pk, source=video.source)
            run = _start(video, video.source, Run.Kind.REPROCESS, profile=wanted, priority=priority)
            idempotency.note("job", run.pk)
            audit.person_did("video.reprocessed", video, profile=wanted.name)
            return run
    except IntegrityError as error:
        raise AlreadyProcessing from error


def retry(run: Run) -> Run:
    """Retry the failed tasks of a run and those that depend on them; finished tasks stay done.

    Raises ``NothingToRetry``, ``NoSource``, ``OriginalDropped``, ``VideoDeleted`` or
    ``AlreadyProcessing``.
    """
    try:
        with bounded():
            locked = advance.lock(run.pk)
            newer = Run.objects.filter(video_id=locked.video_id, pk__gt=locked.pk).exists()
            if locked.status not in (Run.Status.FAILED, Run.Status.CANCELED) or newer:
                raise NothingToRetry
            if locked.source is None:
                raise NoSource
            video = _lock(locked.video_id)
            if Run.objects.filter(video=video, status__in=Run.ACTIVE).exists():
                raise AlreadyProcessing  # an earlier run makes pictures of its release again
            require_there(locked.source)
            if video.status != Video.Status.READY:
                lifecycle.begin_again(video.pk, source=locked.source)
            resume.reopen(locked)
            advance.tell(locked, Run.Status.QUEUED)
            idempotency.note("job", locked.pk)
            audit.person_did("video.retried", video)
    except IntegrityError as error:
        raise AlreadyProcessing from error
    return Run.objects.get(pk=run.pk)


def _lock(video_id: UUID) -> Video:
    """Return the video with its row locked. Raises ``VideoDeleted``."""
    video = Video.objects.select_for_update(of=("self",)).get(pk=video_id)
    if video.deleted_at is not None:
        raise VideoDeleted
    return video


def require_there(source: Source) -> None:
    """Lock a source against being dropped. Raises ``OriginalDropped``."""
    held = Source.objects.select_for_update(no_key=True)
    if held.only("dropped_at").get(pk=source.pk).dropped_at is not None:
        raise OriginalDropped


def cancel(video: Video) -> None:
    """Cancel a video's active run, or else its upload. Raises ``NothingToCancel``."""
    with bounded():
        run = Run.objects.filter(video=video, status__in=Run.ACTIVE).first()
        if run is None or not _cancel(run):
            try:
                lifecycle.cancel(video.pk)
            except lifecycle.InvalidTransition as error:
                raise NothingToCancel from error
        audit.person_did("video.canceled", video)


def cancel_run(run: Run) -> None:
    """Cancel a run. Raises ``NothingToCancel`` when it is over."""
    with bounded():
        if not _cancel(run):
            raise NothingToCancel
        audit.person_did("job.canceled", run, video=str(run.video_id))


def _cancel(run: Run) -> bool:
    locked = advance.lock(run.pk)
    if locked.status not in Run.ACTIVE:
        return False
    advance.cancel_run(locked)
    return True


def prioritize(run: Run, priority: int) -> None:
    """Change a run's priority, and move the ranks of its open tasks at once."""
    with bounded():
        locked = advance.lock(run.pk)
        tasks = list(Task.objects.filter(run=locked, state__in=Task.OPEN))
        _move_ranks(tasks, priority)
        Task.objects.filter(run=locked).update(priority=priority)
        Run.objects.filter(pk=run.pk).update(priority=priority)
        changed = audit.changes({"priority": locked.priority}, {"priority": priority})
        audit.person_did("job.prioritized", run, video=str(run.video_id), changed=changed)


def _move_ranks(tasks: Iterable[Task], priority: int) -> None:
    """Shift the ranks of tasks to a new priority.

    Tasks claimed in the meantime are shifted too, since the rank counts if they become ready again.
    """
    for before in {task.priority for task in tasks}:
        shift = ranking.PRIORITY_POINT * (priority - before)
        ids = [task.pk for task in tasks if task.priority == before]
        Task.objects.filter(pk__in=ids).update(rank=F("rank") - shift)


def _start(
    video: Video, source: Source | None, kind: Run.Kind, *, profile: Profile, priority: int | None
) -> Run:
    return beginning.begin(
        video.pk,
        source,
        kind,
        profile=profile.to_json(),
        priority=video.owner.terms.priority if priority is None else priority,
    )
