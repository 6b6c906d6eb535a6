"""The kinds of event, and when each is written."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "video.created": "The video is registered; its file has arrived, or is about to.",
    "video.upload.started": "The first bytes of its file have arrived.",
    "video.upload.completed": "The whole file has arrived and is stored, whichever way it came; "
    "`size` tells its bytes and `sha256` its hash, if that is known yet.",
    "upload.expired": "The upload ran out before its file had arrived; `received` bytes of `size` "
    "are there.",
    "video.processing.started": "A worker has begun the first task of a job, which is the download "
    "of a file that is fetched; `job` and `kind` tell which job.",
    "video.playable": "A part of the video plays while the rest is being made; `rungs` and "
    "`available_seconds` tell which.",
    "video.withdrawn": "The parts did not fit together, so the video is made again in one piece; "
    "nothing plays until then.",
    "video.rendition.ready": "All of one rendition is made; `rendition` tells which.",
    "video.ready": "The video is completely processed.",
    "video.reprocessed": "A new release has replaced the one that played.",
    "video.image.ready": "Pictures or previews of the video are there or were made anew; `kind` "
    "names them, such as `storyboard`.",
    "video.track.created": "A track was added that is still to be made; `track` tells which.",
    "video.track.ready": "Captions, subtitles or chapters were added or read anew; `track` tells "
    "which.",
    "video.track.updated": "A track or its text was changed; `track` has its new revision.",
    "video.track.failed": "A track could not be made; it tells why.",
    "video.track.deleted": "A track was deleted.",
    "video.failed": "The video could not be processed; `error` tells why.",
    "video.canceled": "Somebody stopped its upload or its first job.",
    "video.updated": "Its owner changed it; `changed` names what, such as `title` or `tags`.",
    "video.deleted": "The video was moved to the trash, or is about to be purged.",
    "video.restored": "The video was restored from the trash.",
    "video.purged": "The video was deleted for good.",
    "moderation.pending": "A new video waits for a moderator before anybody else can see it.",
    "moderation.approved": "A moderator approved the video, so it is shown as its visibility says.",
    "moderation.rejected": "A moderator rejected the video, so only its owner and staff "
    "can see it.",
    "image.created": "An image is in the library.",
    "image.updated": "Its owner changed it; `changed` names what, such as `title` or `folder`.",
    "image.deleted": "The image was moved to the trash, or is about to be purged.",
    "image.restored": "The image was restored from the trash.",
    "image.purged": "The image was deleted for good.",
    "image.failed": "An image that a generator made could not be imported; `error` tells why.",
    "job.queued": "A job was queued.",
    "job.succeeded": "A job has finished its work.",
    "job.failed": "A job failed; the video still plays what it played before.",
    "job.canceled": "A job was canceled, or its video was deleted.",
}


class UnknownKind(Exception):
    """Raised when an event of an unknown kind is to be written."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} is no kind of event")
        self.kind = kind
