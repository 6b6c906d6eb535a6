"""Write the operations of protocols into the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.scopes import Scope
from videos.api.schema import endings
from videos.api.schema.protocols import PROTOCOLS
from videos.api.schema.protocols.headers import ANSWER, REQUEST
from videos.api.schema.protocols.spoken import Spoken, Success

Schema = dict[str, Any]

_SENTENCES = {
    410: "It is over.",
    412: "The client does not speak the version of tus that is spoken here.",
    423: "Another request is at it.",
    460: "The bytes do not come to their checksum, and were dropped.",
}
_IDS: dict[str, Schema] = {
    "id": {"type": "string", "format": "uuid"},
    "address": {"type": "string", "description": "the signed name of the upload"},
}
_FINISHED: Schema = {
    "type": "object",
    "description": "A file that has arrived at an address.",
    "properties": {
        "id": {"type": "string", "format": "uuid", "description": "the upload's"},
        "state": {"type": "string", "const": "finished"},
        "size": {"type": "integer", "description": "in bytes"},
    },
    "required": ["id", "state", "size"],
}
_NOT_COUNTED = ("RateLimit", "RateLimit-Policy")
_OF_USERS: list[Schema] = [{"apiKey": [str(Scope.UPLOAD)]}, {"cookieAuth": []}]


def add(result: Schema) -> None:
    """Add the operations and what they refer to."""
    components = result["components"]
    components["schemas"]["ReceivedFile"] = _FINISHED
    for name, (sentence, schema) in ANSWER.items():
        components["headers"][name] = {"description": sentence, "schema": schema}
    for spoken in PROTOCOLS:
        result["paths"].setdefault(spoken.path, {})[spoken.method] = _operation(spoken)


def _operation(spoken: Spoken) -> Schema:
    told: Schema = {
        "operationId": spoken.told.id,
        "summary": spoken.told.summary,
        "description": spoken.told.description,
        "tags": ["uploads"],
        "parameters": list(_parameters(spoken)),
        "security": _OF_USERS if spoken.for_users else [],
        "responses": _responses(spoken),
    }
    if spoken.takes_bytes:
        content = {
            "schema": {"type": "string", "format": "binary"},
            "examples": {"Bytes": {"value": "the bytes"}},
        }
        told["requestBody"] = {"content": {spoken.takes_bytes: content}}
    return told


def _parameters(spoken: Spoken) -> Iterator[Schema]:
    for name, schema in _IDS.items():
        if f"{{{name}}}" in spoken.path:
            yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name in (*spoken.requires, *spoken.takes):
        sentence, schema = REQUEST[name]
        told: Schema = {"name": name, "in": "header", "description": sentence, "schema": schema}
        yield told | ({"required": True} if name in spoken.requires else {})


def _responses(spoken: Spoken) -> Schema:
    found = {str(code): _success(code, one, spoken) for code, one in spoken.successes.items()}
    for status, codes in spoken.told.refusals.items():
        found[str(status)] = _refusal(status, codes, spoken.path)
    return found


def _success(status: int, success: Success, spoken: Spoken) -> Schema:
    names = ("X-Request-ID", *success.headers)
    told: Schema = {"description": success.sentence, "headers": _references(names)}
    if status == 200 and spoken.told.answer is not None:
        content = {
            "schema": {"$ref": "#/components/schemas/ReceivedFile"},
            "examples": {"Answer": {"value": spoken.told.answer}},
        }
        told["content"] = {"application/json": content}
    return told


def _refusal(status: int, codes: tuple[str, ...], path: str) -> Schema:
    response = endings.exactly(status, codes, _SENTENCES.get(status)).response()
    names = [name for name in response["headers"] if name not in _NOT_COUNTED]
    content = next(iter(response["content"].values()))
    content["examples"][codes[0]]["value"]["instance"] = path
    return response | {"headers": _references(tuple(names))}


def _references(names: tuple[str, ...]) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
