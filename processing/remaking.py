"""Make pictures of a complete release again, each kind on its own, for the rest of the product.

A release has the id of the run that made it, and the objects of its pictures lie under that id. So
it is this run that is queued again, for the tasks of the wanted kinds alone. The release, and all
videos that play it, stay as they are.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import audit
from processing.models import Run, Task
from processing.pipeline import advance, plan, resume
from processing.pipeline.transactions import bounded
from processing.services import AlreadyProcessing, VideoDeleted, require_there
from processing.steps import STEPS, downloads, plans, sound, subtitles, transcript
from processing.steps.pictures import PICTURES
from processing.steps.step import TaskSpec
from videos import idempotency
from videos.models import Release, Rendition, Source, Video
from videos.objects import faults
from videos.tracks import removed, sounds

TRANSCRIPT = transcript.KIND
SUBTITLES = subtitles.KIND
DOWNLOADS = downloads.STEP.kind
KINDS = tuple(PICTURES)
"""The kinds of pictures, in the order of a run."""
TEXTS = (SUBTITLES, TRANSCRIPT)
"""The kinds that make tracks of text."""
FROM_SOURCE = frozenset(kind for kind, step in STEPS.items() if step.needs_source)
"""The kinds of tasks that work on the original, not on the release."""
# These make what the others make, of the release.
_WITHOUT_SOURCE = {"poster": "candidates"}


class UnknownKind(Exception):
    """Raised when there are no pictures of a kind."""


class NoRelease(Exception):
    """Raised when a video has no complete release whose run is known."""


class NothingToMake(Exception):
    """Raised when there is nothing in a video that pictures of these kinds could show."""


def remake(
    video: Video,
    kinds: Collection[str],
    *,
    priority: int | None = None,
    input: Mapping[str, Any] | None = None,
) -> Run:
    """Queue the run of a video's release to make the pictures of these kinds again, or for the
    first time, or its ``TEXTS``; also those that its profile left out.
    Subtitles of the source that were deleted come back.

    Without a ``priority`` it gets that of the owner's plan. The tasks get the ``input``. Of several
    videos with this release, the run becomes the given one's, unless its own still plays it. Raises
    ``UnknownKind``, ``NoRelease``, ``NothingToMake``, ``OriginalDropped`` if one of them needs the
    original, ``VideoDeleted`` or ``AlreadyProcessing``.
    """
    if not kinds or set(kinds) - {*KINDS, *TEXTS}:
        raise UnknownKind
    try:
        with bounded():
            run = _lock_run(video)
            asked, holder = _lock_videos(video, run)
            planned = plan.again(plans.probed(run, _source_of(run)), kinds)
            specs = [replace(spec, input=input or {}) for spec in planned]
            if not specs:
                raise NothingToMake
            if any(STEPS[spec.kind].needs_source for spec in specs):
                require_there(_source_of(run))
            given = asked.owner.terms.priority if priority is None else priority
            if SUBTITLES in kinds:
                removed.forget(asked.pk)
            resume.remake(run, specs, video_id=holder.pk, priority=given)
            advance.tell(run, Run.Status.QUEUED)
            idempotency.note("job", run.pk)
            audit.person_did("video.reprocessed", asked, kinds=sorted(kinds))
    except IntegrityError as error:
        raise AlreadyProcessing from error
    return Run.objects.get(pk=run.pk)


def make_sounds(video: Video) -> Run | None:
    """Queue the run of a video's release to make the audio that added tracks of the videos with
    this release lack; None if none does. Raises ``NoRelease``, ``VideoDeleted`` or
    ``AlreadyProcessing``."""

    def lacking(run: Run) -> Sequence[TaskSpec]:
        rows = sounds.lacking().filter(video__release=run.pk).order_by("pk")
        return sound.specs(list(rows.values_list("pk", flat=True)))

    return _queue(video, lacking)


def renew_downloads(video: Video) -> Run | None:
    """Queue the run of a video's release to make its files for download again; None if it has none.
    Raises as ``make_sounds``."""

    def offered(run: Run) -> Sequence[TaskSpec]:
        files = Rendition.objects.filter(release=run.pk).exclude(download_key="")
        return (TaskSpec(DOWNLOADS),) if files.exists() else ()

    return _queue(video, offered)


def _queue(video: Video, specs_of: Callable[[Run], Sequence[TaskSpec]]) -> Run | None:
    """Queue the run of a video's release for some tasks, with its owner's priority; None if there
    are none."""
    try:
        with bounded():
            run = _lock_run(video)
            asked, holder = _lock_videos(video, run)
            specs = specs_of(run)
            if not specs:
                return None
            priority = asked.owner.terms.priority
            resume.remake(run, specs, video_id=holder.pk, priority=priority)
            advance.tell(run, Run.Status.QUEUED)
    except IntegrityError as error:
        raise AlreadyProcessing from error
    return run


def _lock_run(video: Video) -> Run:
    """Return the run of a video's release with its row locked."""
    release_id = Video.objects.only("release_id").get(pk=video.pk).release_id
    if release_id is None:
        busy = Run.objects.filter(video=video, status__in=Run.ACTIVE).exists()
        raise AlreadyProcessing if busy else NoRelease
    try:
        return advance.lock(release_id)
    except advance.RunGone as error:
        raise NoRelease from error


def _lock_videos(video: Video, run: Run) -> tuple[Video, Video]:
    """Return the video and the one to which its locked run belongs from now on, both locked.

    As long as they are, the release is not retired. No run of either may be active, which is not
    left to the constraint: a run that is ending waits for its video's row.
    """
    rows = Video.objects.select_for_update(of=("self",)).select_related("owner", "release")
    both = {one.pk: one for one in rows.filter(pk__in={video.pk, run.video_id}).order_by("pk")}
    asked, holder = both.get(video.pk), both[run.video_id]
    if asked is None or asked.deleted_at is not None:
        raise VideoDeleted
    if holder.deleted_at is not None or holder.release_id != run.pk:
        holder = asked
    active = Run.objects.filter(video__in=both, status__in=Run.ACTIVE)
    if asked.release_id != run.pk or active.exists():
        raise AlreadyProcessing
    if asked.release is None or asked.release.state != Release.State.COMPLETE:
        raise NoRelease
    return asked, holder


def _source_of(run: Run) -> Source:
    if run.source is None:
        raise NoRelease
    return run.source


def lacking(videos: QuerySet[Video], kinds: Iterable[str]) -> QuerySet[Video]:
    """Return those of the videos that lack a kind: it was never made of their complete release, or
    failed, was made by an older version, or fsck found it lost."""
    complete = videos.filter(release__state=Release.State.COMPLETE)
    release = OuterRef("release_id")
    lacks = [~Q(Exists(_made(kind).filter(run=release))) for kind in kinds]
    lost = Q(Exists(faults.faulty_pictures().filter(release=release)))
    return complete.filter(Q(*lacks, lost, _connector=Q.OR))


def lacks(video: Video, kinds: Iterable[str]) -> list[str]:
    """Return those of the kinds that a video lacks."""
    missed = set(lost(video))
    made = {kind for kind in kinds if _made(kind).filter(run=video.release_id).exists()}
    return [kind for kind in kinds if kind in missed or kind not in made]


def lost(video: Video) -> list[str]:
    """Return the kinds of pictures to make of a video of which fsck found nothing but pictures
    lost. Where its original is lost or dropped too, another kind than ``poster`` shows its poster.

    Empty if it lacks what it plays, or its run is not known: then the whole is to be made again.
    """
    if video.release_id is None:
        return []
    run = Run.objects.select_related("source").filter(pk=video.release_id).first()
    if run is None or run.source is None:
        return []
    kinds = faults.lost_pictures(run.pk)
    gone = faults.faulty_sources().filter(pk=run.source.pk).exists()
    if gone or run.source.dropped_at is not None:
        kinds = {_WITHOUT_SOURCE.get(kind, kind) for kind in kinds}
    return [kind for kind in KINDS if kind in kinds]


def failed(run_ids: Collection[UUID]) -> list[Task]:
    """Return the tasks of pictures and transcripts that failed in these runs, with their runs."""
    kinds = (*KINDS, *TEXTS)
    rows = Task.objects.filter(run__in=run_ids, kind__in=kinds, state=Task.State.FAILED)
    return list(rows.select_related("run").order_by("pk"))


def _made(kind: str) -> QuerySet[Task]:
    version = STEPS[kind].version
    return Task.objects.filter(kind=kind, state=Task.State.DONE, version__gte=version)
