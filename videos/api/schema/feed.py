"""Describe the live feed in AsyncAPI 3.0, built from the types of its messages."""

import types
from collections.abc import Callable
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from videos.events import kinds, messages
from videos.feed import closes
from videos.feed.socket import PATH

Schema = dict[str, Any]

_BASIC: dict[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def document(*, host: str, secure: bool) -> Schema:
    """Return the AsyncAPI document for a client that reads it at this host."""
    protocol = "wss" if secure else "ws"
    return {**_fixed(), "servers": {"here": {"host": host, "protocol": protocol}}}


def schema_of(hint: Any) -> Schema:
    """Return the JSON Schema of a type hint of the kinds that ``messages`` uses."""
    make = _MAKERS.get(get_origin(hint))
    if make is not None:
        return make(*get_args(hint))
    return _object(hint) if is_typeddict(hint) else {"type": _BASIC[hint]}


def _either(*hints: Any) -> Schema:
    schemas = [schema_of(hint) for hint in hints]
    if all(schema.keys() == {"type"} for schema in schemas):
        return {"type": [schema["type"] for schema in schemas]}
    return {"oneOf": schemas}


def _object(hint: Any) -> Schema:
    members = get_type_hints(hint, include_extras=True)
    return {
        "type": "object",
        "description": _sentence(hint),
        "properties": {name: schema_of(member) for name, member in members.items()},
        "required": [name for name in members if name in hint.__required_keys__],
    }


_MAKERS: dict[Any, Callable[..., Schema]] = {
    NotRequired: schema_of,
    Annotated: lambda hint, meaning: schema_of(hint) | {"description": meaning},
    Literal: lambda value: {"type": "string", "const": value},
    Union: _either,
    types.UnionType: _either,
    list: lambda hint: {"type": "array", "items": schema_of(hint)},
}


def _sentence(hint: Any) -> str:
    return " ".join((hint.__doc__ or "").split())


@cache
def _fixed() -> Schema:
    names = [message.__name__ for message in messages.MESSAGES]
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
                "description": "One user's events and the progress of their videos.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
                "bindings": {"ws": {"method": "GET", "query": _query()}},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": "#/channels/feed"},
                "summary": "The messages of the server; the client sends nothing.",
                "messages": [{"$ref": f"#/channels/feed/messages/{name}"} for name in names],
                "security": [{"$ref": "#/components/securitySchemes/apiKey"}],
            }
        },
        "components": {
            "messages": {message.__name__: _message(message) for message in messages.MESSAGES},
            "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
        },
    }


def _query() -> Schema:
    since = {
        "type": "string",
        "description": "the last cursor; what was missed since then is sent first",
    }
    return {"type": "object", "properties": {"since": since}}


def _message(message: Any) -> Schema:
    return {
        "name": message.__name__,
        "title": message.__name__,
        "summary": _sentence(message),
        "payload": _object(message),
    }


def _description() -> str:
    told = "\n".join(f"- `{kind}`: {when}" for kind, when in kinds.KINDS.items())
    codes = "\n".join(f"- {code}: {why}" for code, why in closes.REASONS.items())
    return (
        "A WebSocket that sends what changes. Authenticate by the API key in the `Authorization` "
        "header, by the session's cookie on a page of this site, or by the subprotocols of a "
        "ticket (`createFeedTicket`).\n\n"
        f"Events are:\n\n{told}\n\nIt closes with:\n\n{codes}\n"
    )
