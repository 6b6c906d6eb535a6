"""Who may see and play what: the only reader of visibility, moderation and deletion."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import User
from videos.models import Video

Viewer = User | AnonymousUser

_OPEN = (Video.Visibility.PUBLIC, Video.Visibility.UNLISTED)


def visible_to(viewer: Viewer) -> QuerySet[Video]:
    """The videos a viewer may see when they have the address."""
    videos = Video.objects.filter(deleted_at=None)
    if viewer.is_authenticated and viewer.is_staff:
        return videos
    shown = Q(visibility__in=_OPEN, moderation=Video.Moderation.APPROVED)
    if viewer.is_authenticated:
        return videos.filter(shown | Q(owner=viewer))
    return videos.filter(shown)


def owned_by(viewer: Viewer) -> QuerySet[Video]:
    """The videos that are a viewer's own library."""
    if not viewer.is_authenticated:
        return Video.objects.none()
    return Video.objects.filter(owner=viewer, deleted_at=None)


def editable_by(viewer: Viewer) -> QuerySet[Video]:
    """The videos a viewer may change, reprocess, cancel or delete."""
    if not viewer.is_authenticated:
        return Video.objects.none()
    videos = Video.objects.filter(deleted_at=None)
    return videos if viewer.is_staff else videos.filter(owner=viewer)


def trashed_of(viewer: Viewer) -> QuerySet[Video]:
    """The videos in a viewer's own trash."""
    if not viewer.is_authenticated:
        return Video.objects.none()
    return Video.objects.filter(owner=viewer, deleted_at__isnull=False)


def recoverable_by(viewer: Viewer) -> QuerySet[Video]:
    """The videos a viewer may restore or purge: those they may edit, in the trash or not."""
    if not viewer.is_authenticated:
        return Video.objects.none()
    return Video.objects.all() if viewer.is_staff else Video.objects.filter(owner=viewer)


def is_theirs(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer is told all of a video, in the trash or not: its owner, and staff."""
    return viewer.is_authenticated and (viewer.is_staff or video.owner_id == viewer.pk)


def may_edit(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may change, reprocess, cancel or delete a video."""
    return video.deleted_at is None and is_theirs(video, viewer)


def is_open(video: Video) -> bool:
    """Whether whoever has the address may see a video."""
    shown = video.visibility in _OPEN and video.moderation == Video.Moderation.APPROVED
    return shown and video.deleted_at is None


def may_play(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may be given a playback address."""
    return video.playable and (may_edit(video, viewer) or is_open(video))
