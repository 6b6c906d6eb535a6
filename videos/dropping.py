"""Drop the originals of videos whose owners chose that, once nothing needs them any more.

The rows change first: the source is marked as dropped and its object for deletion, in one
transaction. A job that begins locks the video and the source too, so it comes either before, and
the original stays until it is over, or after, and then it is refused.
"""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from processing.models import Run
from videos import objects
from videos.each_row import act_on_each
from videos.events import log
from videos.models import Source, Video, Walk

_NEWEST = 200
_WALKED = 300


def drop_originals() -> int:
    """Drop the originals of some ready videos that ask for it; return how many.

    It looks at the newest such videos each time, and walks through the older ones.
    """
    asking = Video.objects.filter(original=Video.Original.DROP)
    newest = list(asking.order_by("-pk").values_list("pk", flat=True)[:_NEWEST])
    due = Video.objects.filter(
        pk__in=[*newest, *_walked()],
        status=Video.Status.READY,
        source__isnull=False,
        source__dropped_at=None,
    )
    return act_on_each(due.order_by("pk"), _drop, what="drop_originals")


def _walked() -> list[UUID]:
    walk, _ = Walk.objects.get_or_create(name="drop_originals")
    asking = Video.objects.filter(original=Video.Original.DROP)
    behind = asking.filter(pk__gt=walk.after) if walk.after else asking
    ids = list(behind.order_by("pk").values_list("pk", flat=True)[:_WALKED])
    after = str(ids[-1]) if len(ids) == _WALKED else ""
    Walk.objects.filter(pk=walk.pk, after=walk.after).update(after=after)
    return ids


@transaction.atomic
def _drop(video: Video) -> bool:
    """Drop the original of a video, unless another video or a job needs it."""
    sharing = Video.objects.filter(source=video.source_id)
    videos = list(sharing.select_for_update(of=("self",)).order_by("pk"))
    # A probe locks the source before the video, so the source is locked only if there is none.
    if not videos or not all(map(_is_done, videos)) or _is_read(video.source_id):
        return False
    source = Source.objects.select_for_update(of=("self",)).get(videos=video)
    if source.dropped_at or sharing.count() != len(videos) or _is_read(source.pk):
        return False
    Source.objects.filter(pk=source.pk).update(dropped_at=Now())
    objects.mark_original(source.key)
    for one in videos:
        log.write("video.updated", one, changed=["source"])
    return True


def _is_done(video: Video) -> bool:
    return video.status == Video.Status.READY and video.original == Video.Original.DROP


def _is_read(source_id: UUID | None) -> bool:
    return Run.objects.filter(source=source_id, status__in=Run.ACTIVE).exists()
