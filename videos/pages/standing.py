"""What a moderator's decision means for a video, as its owner is told."""

from dataclasses import dataclass

from videos.models import Video


@dataclass(frozen=True)
class Standing:
    """Why others cannot watch: in a few words, a sentence, and the moderator's reason if given."""

    status: str
    title: str
    sentence: str
    reason: str


def of(video: Video) -> Standing | None:
    """None for what was approved: its visibility alone counts."""
    if video.moderation == Video.Moderation.REJECTED:
        return Standing(
            status="rejected",
            title="A moderator has rejected this video",
            sentence="Only you and moderators can watch it, whatever is set under “Who can watch”."
            " Its links and embedded players no longer work for others.",
            reason=video.moderation_message,
        )
    if video.moderation == Video.Moderation.PENDING:
        return Standing(
            status="pending",
            title="This video waits for a moderator",
            sentence="Until it is approved only you and moderators can watch it. Then it is"
            " shown as “Who can watch” says.",
            reason="",
        )
    return None
