"""A moderator's decisions. Each is made by compare-and-set, with its entry in the audit log, an
event and a notification of the owner, all in one transaction.

Only the owner and moderators see a video that is not approved.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import User
from videos.events import log
from videos.models import ModerationDecision, Video
from videos.moderation import policy, reasons

Moderation = Video.Moderation


class DecidedMeanwhile(Exception):
    """Raised when a video is no longer in the state that the moderator saw.

    ``now`` is its state, empty if it was deleted; ``by`` is the email address of the last
    decision's moderator.
    """

    def __init__(self, video_id: UUID, now: str, by: str) -> None:
        super().__init__(f"video {video_id} is {now or 'deleted'} meanwhile")
        self.video_id = video_id
        self.now = now
        self.by = by


class NothingToDecide(Exception):
    """Raised when a video already is in the requested state."""


class NotReady(Exception):
    """Raised when a video is to be approved before all of it can be watched."""


class OwnVideo(Exception):
    """Raised when a moderator is to approve a video of their own."""


@dataclass(frozen=True)
class Seen:
    """The video that a moderator decides about, in the state that the moderator saw."""

    video_id: UUID
    moderation: str


def approve(seen: Seen, *, by: User) -> ModerationDecision:
    """Show a video as its visibility says. Only a ready video can be approved, since nobody can
    watch one that is being uploaded or processed, or that failed; and not by its owner.

    Raises ``DecidedMeanwhile``, ``NothingToDecide``, ``NotReady`` or ``OwnVideo``.
    """
    return _decide(seen, Moderation.APPROVED, by=by)


def may_approve(video: Video, by: User) -> bool:
    """Return whether a moderator may approve a video: nobody approves their own but superusers, who
    could give themselves any right, and may be the only moderators."""
    return by.is_superuser or video.owner_id != by.pk


def reject(seen: Seen, *, by: User, code: str, message: str = "") -> ModerationDecision:
    """Hide a video from everybody but its owner and moderators, for a reason that the owner reads.

    Raises ``DecidedMeanwhile``, ``NothingToDecide``, ``reasons.UnknownReason`` or
    ``reasons.SentenceMissing``.
    """
    said = reasons.sentence(code, message)
    return _decide(seen, Moderation.REJECTED, by=by, code=code, message=said)


def _decide(
    seen: Seen, after: Moderation, *, by: User, code: str = "", message: str = ""
) -> ModerationDecision:
    if seen.moderation == after:
        raise NothingToDecide
    with transaction.atomic():
        standing = Video.objects.filter(
            pk=seen.video_id, moderation=seen.moderation, deleted_at=None
        )
        if not standing.update(moderation=after, moderation_code=code, moderation_message=message):
            raise _meanwhile(seen.video_id)
        video = Video.objects.select_related("owner").get(pk=seen.video_id)
        if after == Moderation.APPROVED and video.status != Video.Status.READY:
            raise NotReady
        if after == Moderation.APPROVED and not may_approve(video, by):
            raise OwnVideo
        decision = _write_down(video, Moderation(seen.moderation), by=by)
        details = {"before": seen.moderation, "code": code, "message": message}
        audit.record(f"moderation.{after}", video, by=by, details=details)
        if after == Moderation.APPROVED:
            policy.note_approval(video.owner)
        log.write(f"moderation.{after}", video, moderation_reason=reason_of(video))
    return decision


def reason_of(video: Video) -> dict[str, str] | None:
    """Return why a video is rejected: ``code`` and ``message``, or None."""
    if not video.moderation_code:
        return None
    return {"code": video.moderation_code, "message": video.moderation_message}


def _write_down(video: Video, before: Moderation, *, by: User) -> ModerationDecision:
    return ModerationDecision.objects.create(
        video_id=video.pk,
        title=video.title,
        owner_email=video.owner.email,
        by=by,
        by_email=by.email,
        before=before,
        after=video.moderation,
        code=video.moderation_code,
        message=video.moderation_message,
    )


def _meanwhile(video_id: UUID) -> DecidedMeanwhile:
    now = Video.objects.filter(pk=video_id, deleted_at=None).values_list("moderation", flat=True)
    last = ModerationDecision.objects.filter(video_id=video_id).order_by("-id").first()
    return DecidedMeanwhile(video_id, now.first() or "", last.by_email if last else "")
