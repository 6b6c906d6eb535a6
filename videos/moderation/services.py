"""A moderator's decisions. A rejected video is shown to nobody but its owner and staff."""

from django.db import transaction

from videos.events import log
from videos.models import Video


def approve(video: Video) -> None:
    """Let it be seen as its visibility says."""
    _decide(video, Video.Moderation.APPROVED)


def reject(video: Video) -> None:
    """Hide it from everybody but its owner and staff."""
    _decide(video, Video.Moderation.REJECTED)


def _decide(video: Video, decision: Video.Moderation) -> None:
    with transaction.atomic():
        changed = (
            Video.objects.filter(pk=video.pk)
            .exclude(moderation=decision)
            .update(moderation=decision)
        )
        if changed:
            log.write(f"video.{decision}", video, moderation=decision)
