"""The payload of each kind of event: the only place that defines its members.

Writers give these members, the descriptions of the feed and of webhooks are built from them, and
each member has its description beside its type. A change that could break a reader raises
``VERSION``; a new member does not.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

VERSION: Literal[1] = 1


class Error(TypedDict):
    """Why a video or a job failed."""

    code: Annotated[str, "stable, for programs"]
    message: Annotated[str, "a sentence for people"]


class VideoFacts(TypedDict):
    """The state of the video after the change."""

    status: Annotated[str, "of the video"]
    playable: Annotated[bool, "always false for a deleted video"]
    title: str
    visibility: str
    moderation: str
    deleted: Annotated[bool, "whether it is in the trash or deleted for good"]
    error: Error | None


class UploadCompleted(VideoFacts):
    """The state of the video, and what has arrived."""

    size: Annotated[int, "bytes of the file"]
    sha256: Annotated[str | None, "of the file, in hex; null until it is known"]


class UploadExpired(VideoFacts):
    """The state of the video, and how much of its file had arrived."""

    received: Annotated[int, "bytes that had arrived"]
    size: Annotated[int | None, "bytes of the file; null if the client did not tell"]


class ProcessingStarted(VideoFacts):
    """The state of the video, and which job has begun."""

    job: Annotated[str | None, "the job's id; null in events of an earlier release"]
    kind: Annotated[str | None, "of the job; null in events of an earlier release"]


class Playable(VideoFacts):
    """The state of the video, and what of it plays."""

    rungs: Annotated[list[str], "the names of the renditions that play, largest first"]
    available_seconds: Annotated[float, "seconds that play from the start"]


class RenditionMade(TypedDict):
    """A rendition: the frames in one size and codec, or the audio."""

    name: Annotated[str, "such as `720p`"]
    kind: Annotated[str, "video or audio"]
    codec: Annotated[str, "such as `h264`"]
    width: Annotated[int | None, "pixels; null for audio"]
    height: Annotated[int | None, "pixels; null for audio"]
    bitrate: Annotated[int, "average, bits per second"]


class RenditionReady(VideoFacts):
    """The state of the video, and the rendition that is made."""

    job: Annotated[str, "the id of the job that made it"]
    rendition: RenditionMade


class ImageReady(VideoFacts):
    """The state of the video, and which pictures of it are there."""

    kind: Annotated[str, "of the pictures, such as `storyboard`"]


class TrackTold(TypedDict):
    """A track of a video, as it was when the event was written."""

    id: str
    kind: Annotated[str, "captions, subtitles, forced, chapters or audio"]
    language: Annotated[str, "BCP 47; empty if it is not known"]
    label: str
    default: bool
    revision: Annotated[int, "grows with each change of the track or its text"]


class TrackChanged(VideoFacts):
    """The state of the video, and the track."""

    track: TrackTold


class VideoUpdated(VideoFacts):
    """The state of the video, and what of it was changed."""

    changed: Annotated[list[str], "the members that were changed"]


class Decided(VideoFacts):
    """The state of the video after a moderator's decision."""

    moderation_reason: Annotated[Error | None, "why it was rejected; null if it was approved"]


class JobTold(VideoFacts):
    """The state of the video, and which job it is about."""

    job: Annotated[str, "the job's id"]
    kind: Annotated[str, "of the job"]


class ImageFacts(TypedDict):
    """The state of the image after the change."""

    title: str
    deleted: Annotated[bool, "whether it is in the trash or deleted for good"]
    error: Annotated[Error | None, "why there is no image; null but in `image.failed`"]


class ImageUpdated(ImageFacts):
    """The state of the image, and what of it was changed."""

    changed: Annotated[list[str], "the members that were changed"]


PAYLOADS: Mapping[str, Any] = {
    "video.created": VideoFacts,
    "video.upload.started": VideoFacts,
    "video.upload.completed": UploadCompleted,
    "upload.expired": UploadExpired,
    "video.processing.started": ProcessingStarted,
    "video.playable": Playable,
    "video.withdrawn": VideoFacts,
    "video.rendition.ready": RenditionReady,
    "video.ready": VideoFacts,
    "video.reprocessed": VideoFacts,
    "video.image.ready": ImageReady,
    "video.track.created": TrackChanged,
    "video.track.ready": TrackChanged,
    "video.track.updated": TrackChanged,
    "video.track.failed": TrackChanged,
    "video.track.deleted": TrackChanged,
    "video.failed": VideoFacts,
    "video.canceled": VideoFacts,
    "video.updated": VideoUpdated,
    "video.deleted": VideoFacts,
    "video.restored": VideoFacts,
    "video.purged": VideoFacts,
    "moderation.pending": VideoFacts,
    "moderation.approved": Decided,
    "moderation.rejected": Decided,
    "image.created": ImageFacts,
    "image.updated": ImageUpdated,
    "image.deleted": ImageFacts,
    "image.restored": ImageFacts,
    "image.purged": ImageFacts,
    "image.failed": ImageFacts,
    "job.queued": JobTold,
    "job.succeeded": JobTold,
    "job.failed": JobTold,
    "job.canceled": JobTold,
}


def extras(kind: str) -> list[str]:
    """Return the names of the members that the payload of a kind has beside the facts of all."""
    facts = ImageFacts if kind.startswith("image.") else VideoFacts
    return [name for name in PAYLOADS[kind].__annotations__ if name not in facts.__annotations__]
