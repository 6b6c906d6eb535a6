"""The messages of the feed: the only place that defines their members.

The feed builds its messages from these types, and the description of the API reads them. Each
member has its description beside its type.
"""

from datetime import UTC
from typing import Annotated, Any, Literal, NotRequired, TypedDict, cast

from videos.events import cursors, earlier
from videos.models import Event


class Error(TypedDict):
    """Why a video or a job failed."""

    code: Annotated[str, "stable, for programs"]
    message: Annotated[str, "a sentence for people"]


Cursor = Annotated[str, "the position in the feed: connect again with `?since=` and this value"]


class Hello(TypedDict):
    """The first message: it says where the feed begins."""

    type: Literal["hello"]
    cursor: Cursor


class TrackTold(TypedDict):
    """A track of a video, as it was when the event was written."""

    id: str
    kind: Annotated[str, "captions, subtitles, forced, chapters or audio"]
    language: Annotated[str, "BCP 47; empty if it is not known"]
    label: str
    default: bool
    revision: Annotated[int, "grows with each change of the track or its text"]


class Payload(TypedDict):
    """The state of the video when the event was written. Members that belong to some kinds only are
    missing in the others."""

    status: Annotated[str, "of the video"]
    playable: Annotated[bool, "always false for a deleted video"]
    title: str
    visibility: str
    moderation: str
    deleted: Annotated[bool, "whether it is in the trash or deleted for good"]
    error: Error | None
    rungs: NotRequired[Annotated[list[str], "what plays, largest first; only in `video.playable`"]]
    available_seconds: NotRequired[
        Annotated[float, "seconds that play from the start; only in `video.playable`"]
    ]
    job: NotRequired[Annotated[str, "the id of the job; only in `job.*`"]]
    kind: NotRequired[
        Annotated[
            str, "the kind of the job or of the pictures; only in `job.*` and `video.image.ready`"
        ]
    ]
    moderation_reason: NotRequired[
        Annotated[
            Error | None,
            "why it was rejected; only in `moderation.approved` and `moderation.rejected`",
        ]
    ]
    changed: NotRequired[
        Annotated[list[str], "the members that were changed; only in `video.updated`"]
    ]
    track: NotRequired[Annotated[TrackTold, "which track; only in `video.track.*`"]]


class EventMessage(TypedDict):
    """A change of one of your videos. Events come in order, and none is missed."""

    type: Literal["event"]
    cursor: Cursor
    event: Annotated[str, "its kind"]
    video: Annotated[str | None, "the video's id"]
    created_at: Annotated[str, "when the change was made, in UTC"]
    payload: Payload


class ImagePayload(TypedDict):
    """The state of the image when the event was written."""

    title: str
    deleted: Annotated[bool, "whether it is in the trash or deleted for good"]
    error: Annotated[Error | None, "why there is no image; only in `image.failed`"]
    changed: NotRequired[
        Annotated[list[str], "the members that were changed; only in `image.updated`"]
    ]


class ImageMessage(TypedDict):
    """A change of one of your images. It has its place among the events of videos."""

    type: Literal["image"]
    cursor: Cursor
    event: Annotated[str, "its kind"]
    image: Annotated[str | None, "the image's id; null in `image.failed`"]
    created_at: Annotated[str, "when the change was made, in UTC"]
    payload: ImagePayload


class DownloadProgress(TypedDict):
    """How much of the file of an import has arrived."""

    received: Annotated[int, "bytes so far"]
    size: Annotated[int | None, "all bytes; null if the server does not tell"]
    bytes_a_second: Annotated[int | None, "lately; null until it is measured"]
    eta_seconds: Annotated[int | None, "until the file is there; null when that is not known"]


class ProgressMessage(TypedDict):
    """How far a job is. It comes about once a second while the job runs, and whenever more of the
    video plays. These messages are not kept: read the video after an interruption."""

    type: Literal["progress"]
    video: Annotated[str, "the video's id"]
    job: Annotated[str, "the job's id"]
    percent: Annotated[float, "of the work, 0 to 100"]
    eta_seconds: Annotated[int | None, "seconds until it is done; null when that is not known"]
    stage: Annotated[str, "what is being done at the moment"]
    speed: Annotated[float | None, "seconds of media that are processed in a second"]
    available_seconds: Annotated[float, "seconds that play from the start"]
    download: Annotated[
        DownloadProgress | None, "until the file of an import has arrived; null for all others"
    ]


class Ping(TypedDict):
    """Comes when nothing else was sent for a while."""

    type: Literal["ping"]
    cursor: Cursor


MESSAGES: tuple[Any, ...] = (Hello, EventMessage, ImageMessage, ProgressMessage, Ping)


def message_of(event: Event) -> EventMessage | ImageMessage:
    """Return the message for an event."""
    cursor = cursors.encode(event.position or 0)
    created_at = f"{event.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    if event.type.startswith("image."):
        return ImageMessage(
            type="image",
            cursor=cursor,
            event=event.type,
            image=str(event.image_id) if event.image_id else None,
            created_at=created_at,
            payload=cast("ImagePayload", event.payload),
        )
    return EventMessage(
        type="event",
        cursor=cursor,
        event=earlier.kind(event.type),
        video=str(event.video_id) if event.video_id else None,
        created_at=created_at,
        payload=cast("Payload", earlier.members(event.payload)),
    )
