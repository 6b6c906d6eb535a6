"""The kinds of event there are, and when each is written."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "video.created": "Its bytes are here and are being stored.",
    "video.uploading": "Its first bytes arrive.",
    "video.processing": "Its bytes are stored, or it is tried again; it waits for its job.",
    "video.playable": "Something of it plays while the rest is made: `rungs` and "
    "`available_seconds` tell what.",
    "video.withdrawn": "What played is made again in one piece, since its parts did not fit "
    "together; nothing plays until then.",
    "video.ready": "All of it is made.",
    "video.reprocessed": "Another release has taken the place of the one that played.",
    "video.failed": "It cannot be made; `error` tells why.",
    "video.canceled": "Somebody stopped its upload or its first job.",
    "video.updated": "Title, description or visibility were changed; `changed` names which.",
    "video.approved": "A moderator lets it be seen as its visibility says.",
    "video.rejected": "A moderator hides it from everybody but its owner and staff.",
    "video.deleted": "It is in the trash, or will be gone with the next event.",
    "video.restored": "It came back from the trash.",
    "video.purged": "It is gone for good.",
    "job.queued": "A job waits for its turn.",
    "job.succeeded": "A job has made all there was to make.",
    "job.failed": "A job was given up; the video still plays what it played.",
    "job.canceled": "Somebody stopped a job, or deleted its video.",
}


class UnknownKind(Exception):
    """Raised when an event is written whose kind stands in no list."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} is no kind of event")
        self.kind = kind
