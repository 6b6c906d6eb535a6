"""Replace the addresses of a video: those that were given out before open nothing any more."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q

from accounts import audit
from videos.events import log
from videos.models import Release, Video


def rotate(video: Video) -> None:
    """Replace the addresses of a video, of its poster, its tracks, its original and its release.
    Videos that share its release share its addresses. Raises ``Video.DoesNotExist`` if the video
    was deleted in the meantime."""
    with transaction.atomic():
        standing = Video.objects.select_for_update(of=("self",)).get(pk=video.pk, deleted_at=None)
        made = Release.objects.filter(
            Q(videos=standing) | Q(pk__in=standing.runs.values("release"))
        )
        Release.objects.filter(pk__in=made.values("pk")).update(
            playback_generation=F("playback_generation") + 1
        )
        Video.objects.filter(pk=standing.pk).update(
            playback_generation=F("playback_generation") + 1
        )
        log.write("video.updated", standing, changed=["playback"])
        audit.person_did("video.playback_rotated", standing)
