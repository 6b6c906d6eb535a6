"""The webhooks of the OpenAPI document: one for each kind of event, with its payload."""

from typing import Any

from videos.api.schema.examples import events as examples
from videos.api.schema.types import Schema, object_of
from videos.events import kinds, messages, payloads

_TAG = "webhooks"
_DESCRIPTION = (
    "Your server is sent this after Standard Webhooks, signed, when it happens to something of "
    "yours and one of your webhook endpoints wants it. Answer with any code of 200 to 299."
)


def add(document: dict[str, Any]) -> None:
    """Add the webhooks, and the schemas that they refer to."""
    document["webhooks"] = {kind: {"post": _operation(kind)} for kind in kinds.KINDS}
    schemas = document["components"]["schemas"]
    schemas |= {_name(payload): object_of(payload) for payload in payloads.PAYLOADS.values()}


def _name(payload: Any) -> str:
    return f"{payload.__name__}Payload"


def _operation(kind: str) -> Schema:
    return {
        "operationId": "on" + "".join(word.title() for word in kind.split(".")),
        "tags": [_TAG],
        "summary": kind,
        "description": f"{kinds.KINDS[kind]}\n\n{_DESCRIPTION}",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _body(kind), "example": examples.webhook(kind)}
            },
        },
        "responses": {
            "2XX": {"description": "The webhook was received."},
            "410": {"description": "No more webhooks are wanted: the endpoint is switched off."},
        },
        "security": [],
    }


def _body(kind: str) -> Schema:
    """Return the schema of a body, with the payload of this kind."""
    of_image = kind.startswith("image.")
    data = object_of(messages.ImageData if of_image else messages.VideoData)
    data["properties"]["payload"] = {
        "$ref": f"#/components/schemas/{_name(payloads.PAYLOADS[kind])}"
    }
    body = object_of(messages.WebhookBody)
    body["properties"] |= {"type": {"type": "string", "const": kind}, "data": data}
    return body
