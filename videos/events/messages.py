"""What the feed says: the one place that knows its messages' members.

The feed makes its messages of these, and the description of the API reads them: a member has its
sentence beside its type.
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict


class Error(TypedDict):
    """Why a video or a job failed."""

    code: Annotated[str, "stable, for programs"]
    message: Annotated[str, "a sentence for people"]


Cursor = Annotated[str, "keep it, and connect again with `?since=` it"]


class Hello(TypedDict):
    """Comes first, and says from where on the feed tells."""

    type: Literal["hello"]
    cursor: Cursor


class Payload(TypedDict):
    """How the video stood when the event was written; what only some kinds tell is missing in the
    others."""

    status: Annotated[str, "of the video"]
    playable: Annotated[bool, "nothing that is deleted is"]
    title: str
    visibility: str
    moderation: str
    deleted: Annotated[bool, "in the trash, or gone"]
    error: Error | None
    rungs: NotRequired[Annotated[list[str], "what plays, largest first: `video.playable`"]]
    available_seconds: NotRequired[Annotated[float, "from the start: `video.playable`"]]
    job: NotRequired[Annotated[str, "its id: `job.*`"]]
    kind: NotRequired[Annotated[str, "of the job: `job.*`"]]
    moderation_reason: NotRequired[
        Annotated[Error | None, "why it was rejected: `video.approved` and `video.rejected`"]
    ]
    changed: NotRequired[Annotated[list[str], "the members that were: `video.updated`"]]


class EventMessage(TypedDict):
    """A change of one of the listener's videos, in order, and none missed."""

    type: Literal["event"]
    cursor: Cursor
    event: Annotated[str, "its kind"]
    video: Annotated[str | None, "the video's id"]
    created_at: Annotated[str, "when it was, in UTC"]
    payload: Payload


class ProgressMessage(TypedDict):
    """How far a job is: about once a second while something is worked on, and whenever more of the
    video plays. These are not kept: who was away reads the video."""

    type: Literal["progress"]
    video: Annotated[str, "the video's id"]
    job: Annotated[str, "the job's id"]
    percent: Annotated[float, "of the work, 0 to 100"]
    eta_seconds: Annotated[int | None, "until it is done; null when that is not known"]
    stage: Annotated[str, "what is done just now"]
    speed: Annotated[float | None, "seconds of media made in a second"]
    available_seconds: Annotated[float, "what plays, from the start"]


class Ping(TypedDict):
    """Comes when nothing else was said for a while."""

    type: Literal["ping"]
    cursor: Cursor


MESSAGES: tuple[Any, ...] = (Hello, EventMessage, ProgressMessage, Ping)
