"""The parts of the OpenAPI document outside the operations, and the order of the operations."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from videos.api.schema import streams, webhooks
from videos.api.schema.protocols import writing
from videos.api.vocabulary import MEANINGS

TAGS = [
    {
        "name": "videos",
        "description": "Upload videos, follow them, play them, change and delete them.",
    },
    {
        "name": "images",
        "description": "Upload images, show them, change and delete them.",
    },
    {
        "name": "jobs",
        "description": "A job is one processing of a video. It tells how far it is and what it "
        "makes and why; jobs can be hurried, stopped and repeated.",
    },
    {
        "name": "profiles",
        "description": "A profile says how videos are encoded; a job can name one.",
    },
    {
        "name": "uploads",
        "description": "An upload is the arrival of a video's file, in whichever way it comes. "
        "Somebody without an account can upload one file to the address of a delegated upload.",
    },
    {
        "name": "keys",
        "description": "An API key lets a program act for you, within its scopes.",
    },
    {
        "name": "hooks",
        "description": "AI generators report by webhook, and what they made becomes videos.",
    },
    {
        "name": "feed",
        "description": "Changes are sent over a WebSocket, which has its own document, as event "
        "streams, and in a list.",
    },
    {
        "name": "webhooks",
        "description": "Your server is told of each event; the webhooks of this document have the "
        "payload of each kind.",
    },
]

_SECURITY = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "vl_…",
        "description": "An API key, as `Authorization: Bearer vl_…`. What an operation lists is "
        "the scope that the key needs; without it the answer is 403 with `insufficient_scope`.",
    },
    "appToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of an app in which somebody logged in, as "
        "`Authorization: Bearer …`. It is good for 15 minutes.",
    },
    "sessionToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Session-Token",
        "description": "The session token of an app in which somebody logged in.",
    },
    "cookieAuth": {
        "type": "apiKey",
        "in": "cookie",
        "name": settings.SESSION_COOKIE_NAME,
        "description": "The session of a user who is logged in on the pages. Requests that change "
        "something also need Django's `X-CSRFToken` header.",
    },
}

_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")

DESCRIPTION = """\
Upload videos, follow their processing, and play them.

Send `Authorization: Bearer <your API key>` with each request. Errors are
`application/problem+json` (RFC 9457) with a stable `code`. Lists come in pages: follow `next`.
Changes are sent over a WebSocket, which a separate AsyncAPI document describes:
`/api/v1/schema/feed/`. Apps log in with an email address and a password, by the addresses that
`/api/v1/schema/apps/` describes.
"""


def order(endpoint: tuple[str, str, str, Any]) -> tuple[int, int, str, int]:
    """Return the sort key of an endpoint: videos first, then jobs and the rest, and collections
    before their items."""
    path, _, method, _ = endpoint
    area = path.removeprefix("/api/v1/").partition("/")[0]
    names = [tag["name"] for tag in TAGS]
    place = names.index(area) if area in names else len(names)
    return place, path.count("/"), path, _METHODS.index(method)


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Complete the document with all that belongs to no operation; a hook of drf-spectacular."""
    writing.add(result)
    streams.add(result)
    webhooks.add(result)
    schemas = result["components"]["schemas"]
    for name, meanings in MEANINGS.items():
        if name in schemas:
            lines = [f"- `{value}`: {meaning}" for value, meaning in meanings.items()]
            schemas[name]["description"] = "\n".join(lines)
    named = {frozenset(told["enum"]): name for name, told in schemas.items() if "enum" in told}
    for parameter in _parameters(result):
        if named_as := named.get(frozenset(parameter["schema"].get("enum", ()))):
            parameter["schema"] = {"$ref": f"#/components/schemas/{named_as}"}
        elif _may_not_be_empty(parameter):
            parameter["schema"]["minLength"] = 1
    for item in result["paths"].values():
        for operation in item.values():
            operation.setdefault("security", [])  # what is called without a key or a session
    result["info"]["description"] = DESCRIPTION
    result["components"]["securitySchemes"].update(_SECURITY)
    # Both spellings are answered. Paths without a final slash are what most API users expect.
    paths = {path.rstrip("/"): item for path, item in result["paths"].items()}
    return result | {"tags": TAGS, "paths": paths}


def _may_not_be_empty(parameter: dict[str, Any]) -> bool:
    """Return whether ``check_parameters`` rejects the parameter without a value, and its schema
    does not tell so yet."""
    schema = parameter["schema"]
    is_text = schema.get("type") == "string" and not {"enum", "format"} & schema.keys()
    return is_text and parameter["in"] == "query" and parameter["name"] != "search"


def _parameters(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in result["paths"].values():
        for operation in item.values():
            yield from operation.get("parameters", [])
