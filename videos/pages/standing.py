"""What a moderator's decision means for a video, as its owner and staff are told."""

from dataclasses import dataclass

from videos import access
from videos.models import Video


@dataclass(frozen=True)
class Standing:
    """Why others cannot watch: in a few words, a sentence, and the moderator's reason if given."""

    status: str
    title: str
    sentence: str
    reason: str


def of(video: Video, viewer: access.Viewer) -> Standing | None:
    """None for what was approved: its visibility alone counts."""
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
