"""The effect of a moderation decision on a video, in words for its owner and staff."""

from dataclasses import dataclass

from videos import access
from videos.models import Video


@dataclass(frozen=True)
class Standing:
    """Why others cannot watch a video: a title, a sentence, and the moderator's reason if there is
    one."""

    status: str
    title: str
    sentence: str
    reason: str


def of(video: Video, viewer: access.Viewer) -> Standing | None:
    """Return the standing of a video; None for an approved one, where only the visibility
    counts."""
    whose = "you" if video.owner_id == viewer.pk else "its owner"
    if video.moderation == Video.Moderation.REJECTED:
        return Standing(
            status="rejected",
            title="A moderator has rejected this video",
            sentence=f"Only {whose} and moderators can watch it, whatever is set under “Who can"
            " watch”. Its links and embedded players no longer work for others.",
            reason=video.moderation_message,
        )
    if video.moderation == Video.Moderation.PENDING:
        return Standing(
            status="pending",
            title="This video waits for a moderator",
            sentence=f"Until it is approved only {whose} and moderators can watch it. Then it is"
            " shown as “Who can watch” says.",
            reason="",
        )
    return None
