"""The operations of event streams, which are answered outside Django's views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.scopes import Scope
from videos.api.schema import endings
from videos.api.schema.operation import Operation
from videos.api.schema.types import Schema

_ID_SCHEMA = {"type": "string", "format": "uuid"}
_PATH_ID = {"name": "id", "in": "path", "required": True, "schema": _ID_SCHEMA}
_EXAMPLE = (
    'retry: 2000\n\nid: e2a\nevent: hello\ndata: {"type":"hello","cursor":"e2a"}\n\n'
    'event: progress\ndata: {"type":"progress","video":"…","job":"…","percent":43.0,…}\n\n'
    'id: e2b\nevent: event\ndata: {"type":"event","cursor":"e2b","event":"video.ready",…}\n\n'
)
_HOW = (
    "An event stream (Server-Sent Events, for `EventSource`) of the messages of the live feed, "
    "each as JSON in `data`; `event` is its `type`, and `id` the cursor. It begins with what "
    "happens from now on, or after `since` or `Last-Event-ID`. An `EventSource` of another origin "
    "needs a ticket (`createFeedTicket`) in its address. The stream ends with the key or session "
    "that opened it. One whose cursor is older than the events that are kept gets the event "
    "`expired` in a stream if it accepts `text/event-stream` alone, as an `EventSource` does, and "
    "410 otherwise."
)
_SINCE = {
    "since": "the last cursor; what was missed since then is sent first",
    "ticket": "a ticket, instead of a key or a session",
}
_WHAT = {
    "own": "your own videos and images, which is what you get without `own`, `all` and `videos`",
    "all": "the videos and images of all users; only for staff who may view all videos",
    "videos": "single videos: ids, separated by commas, at most 200",
}
_REFUSALS: Mapping[int, tuple[str, ...]] = {
    400: ("invalid", "bad_cursor"),
    401: ("not_authenticated", "bad_api_key"),
    403: ("origin_not_allowed",),
    404: ("not_found",),
    405: ("method_not_allowed",),
    410: ("cursor_expired",),
    429: ("too_many_feeds",),
    503: ("database_unavailable",),
}

STREAMS: Mapping[str, Operation] = {
    "/api/v1/events/": Operation(
        "streamEvents", "Follow events and progress as a stream", _HOW, _REFUSALS
    ),
    "/api/v1/videos/{id}/events/": Operation(
        "streamVideoEvents",
        "Follow one video as a stream",
        f"{_HOW} Of a video of somebody else that is open to everybody, it tells only what its "
        "page shows; the message `gone` ends it when the video is open no longer.",
        _REFUSALS,
    ),
}


def add(document: dict[str, Any]) -> None:
    """Add the operations."""
    for path, told in STREAMS.items():
        document["paths"][path] = {"get": _operation(path, told)}


def _operation(path: str, told: Operation) -> Schema:
    of_video = "{id}" in path
    query = _SINCE if of_video else {**_WHAT, **_SINCE}
    return {
        "operationId": told.id,
        "summary": told.summary,
        "description": told.description,
        "tags": ["feed"],
        "parameters": [
            *([_PATH_ID] if of_video else []),
            *(_parameter("query", name, sentence) for name, sentence in query.items()),
            _parameter("header", "Last-Event-ID", "as browsers send it; it counts before `since`"),
        ],
        "security": [{"apiKey": [str(Scope.READ)]}, {"cookieAuth": []}],
        "responses": {"200": _stream(), **_refusals(told.refusals)},
    }


def _parameter(where: str, name: str, sentence: str) -> Schema:
    schema = {"type": "boolean"} if name in ("own", "all") else {"type": "string", "minLength": 1}
    return {"name": name, "in": where, "description": sentence, "schema": schema}


def _stream() -> Schema:
    content = {"schema": {"type": "string"}, "examples": {"Stream": {"value": _EXAMPLE}}}
    return {"description": "The stream.", "content": {"text/event-stream": content}}


def _refusals(codes: Mapping[int, tuple[str, ...]]) -> dict[str, Any]:
    return {str(status): endings.exactly(status, told).response() for status, told in codes.items()}
