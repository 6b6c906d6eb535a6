"""Keep the chapters in the files for download as they are in the player."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from processing import remaking
from processing.models import Run, Task
from processing.services import AlreadyProcessing, VideoDeleted
from processing.steps import chaptered
from videos.each_row import act_on_each
from videos.models import Release, Rendition, Track, Video

SETTLED = timedelta(minutes=1)
"""How long nobody must have changed chapters before files are made anew: editors save often."""
_BATCH = 50
_OVER = (Task.State.FAILED, Task.State.CANCELED)


def renew_downloads() -> int:
    """Queue the files of some releases whose chapters were changed; return for how many releases
    anything was done."""
    return act_on_each(_due()[:_BATCH], _renew, what="renew_downloads")


def _due() -> QuerySet[Run]:
    """Return the runs whose release has files, and whose videos have chapters that were changed
    since these were made, or have none any more."""
    tracks = Track.objects.filter(video__release=OuterRef("pk"), kind=Track.Kind.CHAPTERS)
    since = Q(updated_at__gt=OuterRef("download_chapters_at"))
    unlooked = Q(download_chapters_at=None) & Exists(tracks)
    changed = unlooked | Exists(tracks.filter(since))
    tried = Task.objects.filter(run=OuterRef("pk"), kind=remaking.DOWNLOADS, state__in=_OVER)
    gone = ~Q(download_chapters="") & ~Exists(tracks) & ~Exists(tried)
    files = Rendition.objects.filter(release=OuterRef("pk")).exclude(download_key="")
    runs = Run.objects.filter(changed | gone, release__state=Release.State.COMPLETE)
    settled = ~Exists(tracks.filter(updated_at__gt=Now() - SETTLED))
    return runs.filter(settled, Exists(files)).exclude(status__in=Run.ACTIVE).order_by("pk")


def _renew(run: Run) -> bool:
    now = chaptered.of_release(run.pk)
    if now.digest == run.download_chapters:
        chaptered.note(run.pk, now)
        return False
    video = Video.objects.filter(release=run.pk, deleted_at=None).order_by("pk").first()
    if video is None:
        return False
    with suppress(AlreadyProcessing, VideoDeleted, remaking.NoRelease), transaction.atomic():
        # Once for each change, also if it fails.
        Run.objects.filter(pk=run.pk).update(download_chapters_at=now.at)
        return remaking.renew_downloads(video) is not None
    return False
