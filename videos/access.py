"""Who may see, play and change what: the only reader of visibility, moderation and deletion.

An owner may do everything with a video. Staff may do what their permissions name, with videos that
they may see; those that are not approved only moderators see besides the owner.
"""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.rights import Right, may
from videos.models import Video

Viewer = User | AnonymousUser

_OPEN = (Video.Visibility.PUBLIC, Video.Visibility.UNLISTED)
_APPROVED = Video.Moderation.APPROVED
# An empty Q would vanish where it is joined with others.
_NONE = Q(pk__in=[])
_ALL = ~_NONE


def visible_to(viewer: Viewer) -> QuerySet[Video]:
    """The videos a viewer may see when they have the address."""
    shown = Q(visibility__in=_OPEN, moderation=_APPROVED) | _theirs(viewer) | _of_staff(viewer)
    return Video.objects.filter(shown, deleted_at=None)


def owned_by(viewer: Viewer) -> QuerySet[Video]:
    """The videos that are a viewer's own library."""
    return Video.objects.filter(_theirs(viewer), deleted_at=None)


def inspectable_by(viewer: Viewer) -> QuerySet[Video]:
    """The videos of which a viewer may know everything: their own, and what staff may see."""
    return Video.objects.filter(_theirs(viewer) | _of_staff(viewer), deleted_at=None)


def with_jobs_for(viewer: Viewer) -> QuerySet[Video]:
    """The videos whose jobs a viewer may look at."""
    if may(viewer, Right.VIEW_JOBS):
        return inspectable_by(viewer)
    return owned_by(viewer)


def seen_by_staff(viewer: Viewer) -> QuerySet[Video]:
    """All videos that somebody at the admin may see, deleted ones too."""
    return Video.objects.filter(_of_staff(viewer))


def hidden_from_staff(viewer: Viewer) -> QuerySet[Video]:
    """The videos of which somebody at the admin may learn nothing, by whatever belongs to them."""
    if may(viewer, *Right.moderation()):
        return Video.objects.none()
    return Video.objects.exclude(_of_staff(viewer))


def may_inspect(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may know everything of a video, in the trash or not: whose it is, its file's
    name, its state."""
    if not viewer.is_authenticated:
        return False
    return video.owner_id == viewer.pk or _staff_see(video, viewer)


def may_see_jobs(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may look at a video's jobs."""
    return _may(video, viewer, Right.VIEW_JOBS)


def trashed_of(viewer: Viewer) -> QuerySet[Video]:
    """The videos in a viewer's own trash."""
    return Video.objects.filter(_theirs(viewer), deleted_at__isnull=False)


def recoverable_by(viewer: Viewer) -> QuerySet[Video]:
    """The videos a viewer may restore or purge: those they may delete, in the trash or not."""
    if may(viewer, Right.DELETE_VIDEOS):
        return Video.objects.filter(_theirs(viewer) | _of_staff(viewer))
    return Video.objects.filter(_theirs(viewer))


def may_recover(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may restore or purge a video, in the trash or not."""
    return _holds(video, viewer, Right.DELETE_VIDEOS)


def may_edit(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may change title, description and visibility."""
    return _may(video, viewer, Right.CHANGE_VIDEOS)


def may_delete(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may delete a video."""
    return _may(video, viewer, Right.DELETE_VIDEOS)


def may_reprocess(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may have a video processed again, or what failed retried."""
    return _may(video, viewer, Right.REPROCESS)


def may_cancel(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may stop what is going on with a video."""
    return _may(video, viewer, Right.CANCEL)


def may_prioritize(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may change the priority of a video's jobs."""
    return _may(video, viewer, Right.PRIORITIZE)


def is_open(video: Video) -> bool:
    """Whether whoever has the address may see a video."""
    shown = video.visibility in _OPEN and video.moderation == _APPROVED
    return shown and video.deleted_at is None


def may_play(video: Video, viewer: Viewer) -> bool:
    """Whether a viewer may be given a playback address."""
    if video.deleted_at is not None or not video.playable:
        return False
    return is_open(video) or may_inspect(video, viewer)


def _may(video: Video, viewer: Viewer, right: Right) -> bool:
    return video.deleted_at is None and _holds(video, viewer, right)


def _holds(video: Video, viewer: Viewer, right: Right) -> bool:
    """Whether it is the viewer's own, or one that staff may see with a right besides."""
    if not viewer.is_authenticated:
        return False
    return video.owner_id == viewer.pk or (_staff_see(video, viewer) and may(viewer, right))


def _staff_see(video: Video, viewer: Viewer) -> bool:
    if video.moderation == _APPROVED:
        return may(viewer, Right.VIEW_VIDEOS)
    return may(viewer, Right.VIEW_VIDEOS, Right.MODERATE)


def _theirs(viewer: Viewer) -> Q:
    return Q(owner=viewer.pk) if viewer.is_authenticated else _NONE


def _of_staff(viewer: Viewer) -> Q:
    """What ``_staff_see`` says, for a query."""
    if not may(viewer, Right.VIEW_VIDEOS):
        return _NONE
    return _ALL if may(viewer, Right.MODERATE) else Q(moderation=_APPROVED)
