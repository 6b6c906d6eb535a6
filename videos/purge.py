"""Delete videos, and releases and sources that nothing refers to any more.

The rows are deleted, and the objects they named are marked in the same transaction. No storage is
accessed here, so a storage cannot slow this down or make it fail. ``objects.delete_marked`` deletes
the objects afterwards. Rows are locked in the order of the pipeline: run, release, video, upload,
source.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from accounts import audit
from processing import services as processing
from processing.models import Run
from videos import clock, lifecycle, locking, objects
from videos.each_row import act_on_each
from videos.events import log
from videos.models import Release, Source, Track, Upload, Video, Walk
from videos.tracks import sound_files

_BATCH = 100
_WALKED = 500
_SETTLED_SECONDS = 1
_UNUSED = {"videos": None, "runs": None, "image": None}
_REPLACED = Q(state=Release.State.RETIRED, completed_at__isnull=False, run__isnull=False)


def purge(video: Video, *, since: datetime | None = None) -> bool:
    """Delete a video's rows now, and mark its objects unless something else uses them.

    With ``since``, purge only a video that is in the trash since that deletion. Returns False if
    there was nothing to purge. A worker that is busy with the video finds nothing to finish. Raises
    ``VideoBusy``.
    """
    return locking.in_transaction(partial(_purge, video.pk, since))


def _purge(video_id: UUID, since: datetime | None) -> bool:
    runs = locking.runs_of(video_id)
    mine = Q(run__in=[run.pk for run in runs]) | Q(videos=video_id)
    releases = list(Release.objects.filter(mine).distinct().values_list("pk", flat=True))
    list(Release.objects.select_for_update().filter(pk__in=releases).order_by("pk"))
    video = locking.video(video_id, runs)
    if video is None or (since is not None and video.deleted_at != since):
        return False
    sources = {video.source_id, *(run.source_id for run in runs)} - {None}
    if video.deleted_at is None:
        lifecycle.delete(video_id)
    for key in Upload.objects.filter(video=video_id, finished_at=None).values_list(
        "key", flat=True
    ):
        objects.mark_original(key)
    if video.own_poster:
        objects.mark_poster(video.own_poster)
    sound_files.let_go(Track.objects.filter(video=video_id))
    log.write("video.purged", video)
    audit.person_did("video.purged", video)
    _hand_over(runs)
    Video.objects.filter(pk=video_id).delete()
    _drop_releases(releases)
    _drop_sources([pk for pk in sources if pk is not None])
    return True


def _hand_over(runs: Sequence[Run]) -> None:
    """Give each run whose release another video plays to that video, so that it can still be known
    how it was made, and its pictures can be made again. The rows are locked."""
    for run in runs:
        others = Video.objects.filter(release=run.release_id).exclude(pk=run.video_id)
        heir = others.order_by(F("deleted_at").asc(nulls_first=True), "pk").first()
        if run.release_id is None or heir is None:
            continue
        with suppress(processing.NothingToCancel):
            processing.cancel_run(run)
        Run.objects.filter(pk=run.pk).update(video=heir)


def _drop_releases(release_ids: Sequence[UUID]) -> int:
    """Delete releases that no video plays, and mark their objects; the rows are locked."""
    over = list(
        Release.objects.filter(pk__in=release_ids, videos=None).values_list("pk", flat=True)
    )
    if over:
        objects.mark_releases(over)
        Release.objects.filter(pk__in=over).delete()
    return len(over)


def _drop_sources(source_ids: Sequence[UUID]) -> int:
    """Delete sources that no video, no run and no image uses, and mark their originals.

    Their rows are locked, so nobody can begin to use one in the meantime.
    """
    rows = Source.objects.select_for_update().filter(pk__in=source_ids).order_by("pk")
    held = {source.pk: source for source in rows}
    unused = Source.objects.filter(pk__in=list(held), **_UNUSED)
    ids = list(unused.values_list("pk", flat=True))
    for pk in ids:
        if held[pk].dropped_at is None:
            objects.mark_original(held[pk].key)
    Source.objects.filter(pk__in=ids).delete()
    return len(ids)


def purge_expired() -> int:
    """Purge videos that were deleted long enough ago, unless the clock has just jumped."""
    if not clock.is_steady():
        return 0
    until = Now() - timedelta(days=settings.PURGE_AFTER_DAYS)
    expired = Video.objects.filter(deleted_at__lt=until).order_by("deleted_at")
    return act_on_each(expired[:_BATCH], _purge_if_idle, what="purge_videos")


def _purge_if_idle(video: Video) -> bool:
    """Purge a video; leave a busy one to the next pass. A video restored in the meantime is
    kept."""
    try:
        return purge(video, since=video.deleted_at)
    except locking.VideoBusy:
        return False


def sweep_releases() -> int:
    """Delete releases that no video plays any more, and mark their objects; return how many.

    Failed releases are kept for a day (``KEEP_FAILED_HOURS``), so that a retry can reuse finished
    parts. Replaced ones are kept as long as an issued address of them may be valid.
    """
    _keep_what_was_just_replaced()
    long_ago = Now() - timedelta(hours=settings.KEEP_FAILED_HOURS)
    failed = Q(state=Release.State.FAILED, created_at__lt=long_ago)
    kept = Q(keep_until__isnull=False, keep_until__gt=Now())
    over = Release.objects.filter(
        (Q(state=Release.State.RETIRED) & ~kept) | failed, videos=None
    ).order_by("created_at")
    return sum(_sweep(pk, over) for pk in over.values_list("pk", flat=True)[:_BATCH])


def _sweep(release_id: UUID, over: QuerySet[Release]) -> int:
    """Delete one release, unless its run is being retried: a retry either waits for this lock, or
    came first, and then the release is no longer in ``over``.

    A row that is locked elsewhere is left to the next pass.
    """
    with transaction.atomic():
        runs = Run.objects.filter(release=release_id)
        held = runs.select_for_update(of=("self",), skip_locked=True)
        if len(held) != runs.count() or any(run.status in Run.ACTIVE for run in held):
            return 0
        locked = Release.objects.select_for_update(skip_locked=True).filter(pk=release_id)
        if not locked or not over.order_by().filter(pk=release_id).exists():
            return 0
        return _drop_releases([release_id])


def _keep_what_was_just_replaced() -> None:
    """Set ``keep_until`` on releases that the previous version retired, since it does not set
    it."""
    replaced = Release.objects.filter(_REPLACED, keep_until=None)
    for release in replaced.select_related("run__source")[:_BATCH]:
        lifecycle.retire(release.pk, source=release.run.source)


def sweep_sources() -> int:
    """Walk through some sources: delete those that no video, no run and no image uses, and mark
    their originals; return how many. Purging does this at once, so this only finds what the
    previous version left."""
    walk, _ = Walk.objects.get_or_create(name="sources")
    behind = Source.objects.filter(pk__gt=walk.after) if walk.after else Source.objects.all()
    ids = list(behind.order_by("pk").values_list("pk", flat=True)[:_WALKED])
    more = len(ids) == _WALKED
    Walk.objects.filter(pk=walk.pk, after=walk.after).update(after=str(ids[-1]) if more else "")
    unused = Source.objects.filter(pk__in=ids, created_at__lt=_settled(), **_UNUSED)
    with transaction.atomic():
        return _drop_sources(list(unused.values_list("pk", flat=True)))


def _settled() -> CombinedExpression:
    return Now() - timedelta(seconds=_SETTLED_SECONDS)
