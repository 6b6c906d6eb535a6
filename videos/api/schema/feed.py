"""Describe the live feed in AsyncAPI 3.0, built from the types of its messages."""

from functools import cache
from typing import Any

from videos.api.schema.types import Schema, object_of, sentence_of
from videos.events import kinds, messages
from videos.feed import closes
from videos.feed.socket import PATH


def document(*, host: str, secure: bool) -> Schema:
    """Return the AsyncAPI document for a client that reads it at this host."""
    protocol = "wss" if secure else "ws"
    return {**_fixed(), "servers": {"here": {"host": host, "protocol": protocol}}}


@cache
def _fixed() -> Schema:
    names = [message.__name__ for message in messages.MESSAGES]
    asked = [message.__name__ for message in messages.REQUESTS]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Vodloom live feed",
            "version": "1",
            "description": _description(),
            "license": {"name": "BSD-3-Clause"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "feed": {
                "address": PATH,
                "description": "The events and the progress of your videos, and of others that you "
                "ask for.",
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in (*names, *asked)
                },
                "bindings": {"ws": {"method": "GET", "query": _query()}},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": "#/channels/feed"},
                "summary": "The messages of the server.",
                "messages": [{"$ref": f"#/channels/feed/messages/{name}"} for name in names],
                "security": [{"$ref": "#/components/securitySchemes/apiKey"}],
            },
            "ask": {
                "action": "receive",
                "channel": {"$ref": "#/channels/feed"},
                "summary": "What the client may send: it is answered with `subscribed`, or with "
                "`error`. At most 30 messages in 10 seconds.",
                "messages": [{"$ref": f"#/channels/feed/messages/{name}"} for name in asked],
            },
        },
        "components": {
            "messages": {
                message.__name__: _message(message)
                for message in (*messages.MESSAGES, *messages.REQUESTS)
            },
            "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
        },
    }


def _query() -> Schema:
    asked = {
        "since": "the last cursor; what was missed since then is sent first",
        "own": "`true`: your own videos and images, as without `own`, `all` and `videos`",
        "all": "`true`: the videos and images of all users; only for staff",
        "videos": "single videos: ids, separated by commas, at most 200",
    }
    properties = {
        name: {"type": "string", "description": sentence} for name, sentence in asked.items()
    }
    return {"type": "object", "properties": properties}


def _message(message: Any) -> Schema:
    return {
        "name": message.__name__,
        "title": message.__name__,
        "summary": sentence_of(message),
        "payload": object_of(message),
    }


def _description() -> str:
    told = "\n".join(f"- `{kind}`: {when}" for kind, when in kinds.KINDS.items())
    codes = "\n".join(f"- {code}: {why}" for code, why in closes.REASONS.items())
    return (
        "A WebSocket that sends what changes. Authenticate by the API key in the `Authorization` "
        "header, by the session's cookie on a page of this site, or by the subprotocols of a "
        "ticket (`createFeedTicket`). A frame is one message; under load several events come as "
        "one message `events`. The same messages come as event streams (`streamEvents`) and as a "
        "list (`listEvents`). Events are deleted when they are old: one who is further behind is "
        "told so by the message `Expired`.\n\n"
        f"Events are:\n\n{told}\n\nIt closes with:\n\n{codes}\n"
    )
