"""Select the videos that an operator means by failed, stuck, since and other conditions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from processing import remaking
from processing.models import Run, Task
from videos.models import Video
from videos.objects import faults


@dataclass(frozen=True)
class VideoSelection:
    """Conditions for videos. All that are given must hold; empty ``ids`` means any id.
    ``lacking`` are kinds of pictures, of which they lack one."""

    ids: tuple[UUID, ...] = ()
    failed: bool = False
    error_code: str = ""
    stuck: bool = False
    broken: bool = False
    since: datetime | None = None
    owner: str = ""
    lacking: tuple[str, ...] = ()

    def videos(self) -> QuerySet[Video]:
        """Return the query for the selected videos, oldest first."""
        videos = Video.objects.filter(deleted_at=None).order_by("id")
        if self.ids:
            videos = videos.filter(pk__in=self.ids)
        if self.failed:
            videos = videos.filter(status=Video.Status.FAILED)
        if self.error_code:
            videos = videos.filter(error_code=self.error_code)
        if self.since:
            videos = videos.filter(created_at__gte=self.since)
        if self.owner:
            videos = videos.filter(owner__email__iexact=self.owner)
        if self.broken:
            videos = faults.broken_videos(videos)
        if self.lacking:
            videos = remaking.lacking(videos, self.lacking)
        return videos.filter(_stuck()) if self.stuck else videos


def _stuck() -> Q:
    """Return the filter for processing videos that have no ready or running task.

    The reconciler advances such videos within seconds. One that stays stuck is a bug.
    """
    moving = Task.objects.filter(
        run__video=OuterRef("pk"),
        run__status__in=Run.ACTIVE,
        state__in=[Task.State.READY, Task.State.RUNNING],
    )
    return Q(status=Video.Status.PROCESSING) & ~Q(Exists(moving))
