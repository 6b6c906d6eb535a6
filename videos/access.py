"""Decide who may see, play and change which video. No other module reads visibility, moderation and
deletion for that purpose.

An owner may do everything with their own video. Staff may do what their permissions name with every
video that they may see. Only moderators and the owner see a video that is not approved.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.rights import Right, may
from videos.models import Image, Video

Viewer = User | AnonymousUser

_OPEN = (Video.Visibility.PUBLIC, Video.Visibility.UNLISTED)
_APPROVED = Video.Moderation.APPROVED
# Joining an empty Q with another one drops it, so "nothing" needs a condition of its own.
_NONE = Q(pk__in=[])
_ALL = ~_NONE


def visible_to(viewer: Viewer) -> QuerySet[Video]:
    """Return the videos that a viewer may see if they know the address."""
    shown = Q(visibility__in=_OPEN, moderation=_APPROVED) | _theirs(viewer) | _of_staff(viewer)
    return Video.objects.filter(shown, deleted_at=None)


def owned_by(viewer: Viewer) -> QuerySet[Video]:
    """Return the videos in a viewer's own library."""
    return Video.objects.filter(_theirs(viewer), deleted_at=None)


def inspectable_by(viewer: Viewer) -> QuerySet[Video]:
    """Return the videos whose details a viewer may see: their own, and those that staff may see."""
    return Video.objects.filter(_theirs(viewer) | _of_staff(viewer), deleted_at=None)


def with_jobs_for(viewer: Viewer) -> QuerySet[Video]:
    """Return the videos whose jobs a viewer may see."""
    if may(viewer, Right.VIEW_JOBS):
        return inspectable_by(viewer)
    return owned_by(viewer)


def seen_by_staff(viewer: Viewer) -> QuerySet[Video]:
    """Return all videos that a member of staff may see in the admin, including deleted ones."""
    return Video.objects.filter(_of_staff(viewer))


def hidden_from_staff(viewer: Viewer) -> QuerySet[Video]:
    """Return the videos that a member of staff must not learn of in the admin, not even from rows
    that belong to these videos."""
    if may(viewer, *Right.moderation()):
        return Video.objects.none()
    return Video.objects.exclude(_of_staff(viewer))


def may_inspect(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may see all details of a video, in the trash or not: its owner, its
    file name and its state."""
    if not viewer.is_authenticated:
        return False
    return video.owner_id == viewer.pk or _staff_see(video, viewer)


def may_take_original(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may download the untouched original of a video."""
    return video.deleted_at is None and may_inspect(video, viewer)


def may_see_jobs(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may see a video's jobs."""
    return _may(video, viewer, Right.VIEW_JOBS)


def trashed_of(viewer: Viewer) -> QuerySet[Video]:
    """Return the videos in a viewer's own trash."""
    return Video.objects.filter(_theirs(viewer), deleted_at__isnull=False)


def recoverable_by(viewer: Viewer) -> QuerySet[Video]:
    """Return the videos that a viewer may restore or purge: those that they may delete, in the
    trash or not."""
    if may(viewer, Right.DELETE_VIDEOS):
        return Video.objects.filter(_theirs(viewer) | _of_staff(viewer))
    return Video.objects.filter(_theirs(viewer))


def may_recover(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may restore or purge a video, in the trash or not."""
    return _holds(video, viewer, Right.DELETE_VIDEOS)


def may_compare(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may learn which other videos are like a video: only moderators, to
    whom these may belong to anybody."""
    return video.deleted_at is None and may(viewer, *Right.moderation())


def may_edit(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may change a video's title, description and visibility."""
    return _may(video, viewer, Right.CHANGE_VIDEOS)


def may_delete(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may delete a video."""
    return _may(video, viewer, Right.DELETE_VIDEOS)


def may_reprocess(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may process a video again or retry its failed job."""
    return _may(video, viewer, Right.REPROCESS)


def may_cancel(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may cancel a video's upload or job."""
    return _may(video, viewer, Right.CANCEL)


def may_prioritize(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may change the priority of a video's jobs."""
    return _may(video, viewer, Right.PRIORITIZE)


def images_of(viewer: Viewer) -> QuerySet[Image]:
    """Return the images in a viewer's own library."""
    return Image.objects.filter(_theirs(viewer), deleted_at=None)


def trashed_images_of(viewer: Viewer) -> QuerySet[Image]:
    """Return the images in a viewer's own trash."""
    return Image.objects.filter(_theirs(viewer), deleted_at__isnull=False)


def images_seen_by(viewer: Viewer) -> QuerySet[Image]:
    """Return the images that a viewer may see, in the trash or not: their own, and all of them for
    staff who may view images."""
    if may(viewer, Right.VIEW_IMAGES):
        return Image.objects.all()
    return Image.objects.filter(_theirs(viewer))


def may_change_image(image: Image, viewer: Viewer) -> bool:
    """Return whether a viewer may change an image."""
    return image.owner_id == viewer.pk or may(viewer, Right.CHANGE_IMAGES)


def may_delete_image(image: Image, viewer: Viewer) -> bool:
    """Return whether a viewer may delete, restore or purge an image."""
    return image.owner_id == viewer.pk or may(viewer, Right.DELETE_IMAGES)


def is_open(video: Video) -> bool:
    """Return whether everybody who has the address may see a video."""
    shown = video.visibility in _OPEN and video.moderation == _APPROVED
    return shown and video.deleted_at is None


def followed_by(viewer: Viewer, video_ids: Collection[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Return of which of these videos a viewer may hear everything, in the trash or not, and of
    which others only what everybody may learn."""
    whole, public = set(), set()
    for video in Video.objects.filter(pk__in=video_ids):
        if may_inspect(video, viewer):
            whole.add(video.pk)
        elif is_open(video):
            public.add(video.pk)
    return whole, public


def was_open(told: Mapping[str, Any]) -> bool:
    """Return whether everybody could see a video in the state that an event tells."""
    return told.get("visibility") in _OPEN and was_approved(told) and not told.get("deleted")


def was_approved(told: Mapping[str, Any]) -> bool:
    """Return whether staff who may not moderate could see a video in the state that an event
    tells."""
    return told.get("moderation") == _APPROVED


def not_approved() -> QuerySet[Video]:
    """Return the videos that only moderators and the owner may see."""
    return Video.objects.exclude(moderation=_APPROVED)


def may_see(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may see a video that they know the address of."""
    return video.deleted_at is None and (is_open(video) or may_inspect(video, viewer))


def may_play(video: Video, viewer: Viewer) -> bool:
    """Return whether a viewer may receive a playback address."""
    return video.playable and may_see(video, viewer)


def _may(video: Video, viewer: Viewer, right: Right) -> bool:
    return video.deleted_at is None and _holds(video, viewer, right)


def _holds(video: Video, viewer: Viewer, right: Right) -> bool:
    """Return whether the viewer owns the video, or is staff who may see it and hold this right."""
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
    """Return the condition of ``_staff_see`` as a query expression."""
    if not may(viewer, Right.VIEW_VIDEOS):
        return _NONE
    return _ALL if may(viewer, Right.MODERATE) else Q(moderation=_APPROVED)
