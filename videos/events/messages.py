"""The messages of the feed, and the body of a webhook: the only place that renders an event.

Each member has its description beside its type, from which the descriptions of the API are built.
"""

from datetime import UTC
from typing import Annotated, Any, Literal, NotRequired, TypedDict, cast

from videos.events import cursors, earlier
from videos.events.payloads import (
    VERSION,
    Decided,
    ImageFacts,
    ImageReady,
    ImageUpdated,
    JobTold,
    Playable,
    ProcessingStarted,
    RenditionReady,
    TrackChanged,
    UploadCompleted,
    UploadExpired,
    VideoFacts,
    VideoUpdated,
)
from videos.models import Event

Cursor = Annotated[str, "the position in the feed: connect again with `?since=` and this value"]
Version = Annotated[Literal[1], "of the payload; members may be added to it without a new one"]

VideoPayload = (
    VideoFacts
    | UploadCompleted
    | UploadExpired
    | ProcessingStarted
    | Playable
    | RenditionReady
    | ImageReady
    | TrackChanged
    | VideoUpdated
    | Decided
    | JobTold
)
ImagePayload = ImageFacts | ImageUpdated


class Hello(TypedDict):
    """The first message: it says where the feed begins."""

    type: Literal["hello"]
    cursor: Cursor


class EventMessage(TypedDict):
    """A change of one of your videos. Events come in order, and none is missed."""

    type: Literal["event"]
    cursor: Cursor
    version: Version
    event: Annotated[str, "its kind"]
    video: Annotated[str | None, "the video's id"]
    created_at: Annotated[str, "when the change was made, in UTC"]
    payload: Annotated[VideoPayload, "of its kind: see the webhooks of the OpenAPI document"]


class ImageMessage(TypedDict):
    """A change of one of your images. It has its place among the events of videos."""

    type: Literal["image"]
    cursor: Cursor
    version: Version
    event: Annotated[str, "its kind"]
    image: Annotated[str | None, "the image's id; null in `image.failed`"]
    created_at: Annotated[str, "when the change was made, in UTC"]
    payload: Annotated[ImagePayload, "of its kind: see the webhooks of the OpenAPI document"]


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


class Gone(TypedDict):
    """Nothing more is told of a video that you asked for: it was deleted for good, or you may not
    see it any more."""

    type: Literal["gone"]
    video: Annotated[str, "the video's id"]


class Expired(TypedDict):
    """Events were left out: those after your cursor were deleted because of their age, so read the
    videos again. The feed then ends with the code 4410."""

    type: Literal["expired"]
    cursor: Annotated[str, "where to go on: what is still kept comes after it"]


class Events(TypedDict):
    """Several messages in one frame, in order; a message alone comes as itself. Event streams have
    none of these."""

    type: Literal["events"]
    events: list[EventMessage | ImageMessage | Gone]


class Subscribed(TypedDict):
    """What is followed after a message of the client."""

    type: Literal["subscribed"]
    own: Annotated[bool, "your own videos and images"]
    all: Annotated[bool, "the videos and images of all users"]
    videos: Annotated[list[str], "single videos, by their ids"]


class Refused(TypedDict):
    """Why a message of the client, or a part of it, was not followed."""

    type: Literal["error"]
    code: Annotated[str, "`not_found`, `not_permitted`, `not_understood` or `database_unavailable`"]
    message: Annotated[str, "a sentence for people"]
    videos: NotRequired[Annotated[list[str], "the ids that were not found"]]


class End(TypedDict):
    """The last message of an event stream, whose client may connect again if the reason is gone. A
    socket is closed with the code instead."""

    type: Literal["end"]
    code: int
    message: Annotated[str, "a sentence for people"]


MESSAGES: tuple[Any, ...] = (
    Hello,
    EventMessage,
    ImageMessage,
    ProgressMessage,
    Gone,
    Expired,
    Events,
    Subscribed,
    Refused,
    Ping,
    End,
)


class Followed(TypedDict):
    """What to follow, or no longer: at least one of these."""

    own: NotRequired[Annotated[Literal[True], "your own videos and images"]]
    all: NotRequired[Annotated[Literal[True], "the videos and images of all users; only for staff"]]
    videos: NotRequired[Annotated[list[str], "single videos, by their ids; at most 200"]]


class Subscribe(TypedDict):
    """Follow something else too, from now on."""

    subscribe: Followed


class Unsubscribe(TypedDict):
    """Follow something no longer."""

    unsubscribe: Followed


REQUESTS: tuple[Any, ...] = (Subscribe, Unsubscribe)


class VideoData(TypedDict):
    """The video of a webhook, and the state in which the event left it."""

    video: Annotated[str | None, "the video's id"]
    cursor: Annotated[str, "the event's position: later events have later ones, in each feed too"]
    version: Version
    payload: VideoFacts


class ImageData(TypedDict):
    """The image of a webhook, and the state in which the event left it."""

    image: Annotated[str | None, "the image's id; null in `image.failed`"]
    cursor: Annotated[str, "the event's position: later events have later ones, in each feed too"]
    version: Version
    payload: ImageFacts


class WebhookBody(TypedDict):
    """The body of a webhook, as Standard Webhooks has it."""

    type: Annotated[str, "the kind of the event"]
    timestamp: Annotated[str, "when the change was made, in UTC"]
    data: VideoData | ImageData


def message_of(event: Event) -> EventMessage | ImageMessage:
    """Return the message for an event."""
    cursor = cursors.encode(event.position or 0)
    if is_about_image(event):
        return ImageMessage(
            type="image",
            cursor=cursor,
            version=VERSION,
            event=event.type,
            image=str(event.image_id) if event.image_id else None,
            created_at=_moment(event),
            payload=cast("ImagePayload", event.payload),
        )
    return EventMessage(
        type="event",
        cursor=cursor,
        version=VERSION,
        event=earlier.kind(event.type),
        video=str(event.video_id) if event.video_id else None,
        created_at=_moment(event),
        payload=cast("VideoPayload", earlier.payload(event.type, event.payload)),
    )


def expired(cursor: str) -> Expired:
    """Return the message that events up to a cursor were left out."""
    return Expired(type="expired", cursor=cursor)


def webhook_body(event: Event) -> WebhookBody:
    """Return the body of the webhook for an event."""
    told: Any = message_of(event)
    about = "image" if is_about_image(event) else "video"
    names = (about, "cursor", "version", "payload")
    data = cast("VideoData | ImageData", {name: told[name] for name in names})
    return WebhookBody(type=told["event"], timestamp=told["created_at"], data=data)


def is_about_image(event: Event) -> bool:
    """Return whether an event is one of the image library."""
    return event.type.startswith("image.")


def _moment(event: Event) -> str:
    return f"{event.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
