"""The operations of the OpenAPI document, as the reference page shows them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.reference.marks import blocks, inline
from config.reference.types import Kind, Member, Schema, kind_of, member_of, members_of

_ID = "01a1fb70-14f7-744f-a1d9-38cfbcd81bd5"
KEY = "vl_…"
"""A placeholder for the reader's key; the page's script replaces it by the real one."""


@dataclass(frozen=True)
class Answer:
    """One response of an operation."""

    status: str
    description: str
    kind: Kind | None
    example: str


@dataclass(frozen=True)
class Operation:
    """The parts of an operation that the page shows."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    deprecated: bool
    needs_key: bool
    parameters: list[Member]
    body: list[Member]
    curl: str
    success: Answer
    errors: list[Answer]


@dataclass(frozen=True)
class Area:
    """A tag and its operations."""

    name: str
    description: str
    operations: list[Operation]


@dataclass(frozen=True)
class Component:
    """A named schema: an object with members, or an enum."""

    name: str
    description: str
    members: list[Member]
    values: list[str]


class Reader:
    """Reads an OpenAPI document; ``site`` is its server's URL, as ``https://video.example.org``."""

    def __init__(self, document: Schema, site: str) -> None:
        self._document = document
        self._site = site

    def areas(self) -> list[Area]:
        """Return the operations by tag, in the order of the document."""
        operations = list(self._operations())
        return [
            Area(
                tag["name"],
                tag["description"],
                [operation for name, operation in operations if name == tag["name"]],
            )
            for tag in self._document["tags"]
        ]

    def components(self) -> list[Component]:
        """Return the named schemas, sorted by name."""
        schemas = self._document["components"]["schemas"]
        return [
            Component(
                name,
                blocks(schema.get("description", "")),
                members_of(schema),
                schema.get("enum", []),
            )
            for name, schema in sorted(schemas.items())
        ]

    def _operations(self) -> Iterator[tuple[str, Operation]]:
        for path, item in self._document["paths"].items():
            for method, told in item.items():
                yield told["tags"][0], self._operation(path, method.upper(), told)

    def _operation(self, path: str, method: str, told: Schema) -> Operation:
        media_type, body = self._body(told)
        answers = [self._answer(code, one) for code, one in told["responses"].items()]
        return Operation(
            id=told["operationId"],
            method=method,
            path=path,
            summary=told["summary"],
            description=blocks(told.get("description", "")),
            deprecated=told.get("deprecated", False),
            needs_key={} not in told.get("security", []),
            parameters=[self._parameter(one) for one in told.get("parameters", [])],
            body=members_of(self._resolved(body.get("schema", {}))),
            curl=self._curl(path, method, media_type, _first_example(body)),
            success=answers[0],
            errors=answers[1:],
        )

    def _parameter(self, told: Schema) -> Member:
        required, meaning = told.get("required", False), told.get("description", "")
        return member_of(told["name"], told["schema"], required=required, meaning=meaning)

    def _body(self, told: Schema) -> tuple[str, Schema]:
        content = told.get("requestBody", {}).get("content", {})
        return next(iter(content.items()), ("", {}))

    def _answer(self, status: str, told: Schema) -> Answer:
        told = self._resolved(told)
        body: Schema = next(iter(told.get("content", {}).values()), {})
        example = _first_example(body)
        return Answer(
            status=status,
            description=inline(told["description"]),
            kind=kind_of(body["schema"]) if body else None,
            example=json.dumps(example, indent=2) if example is not None else "",
        )

    def _resolved(self, told: Schema) -> Schema:
        while "$ref" in told:
            found: Any = self._document
            for name in told["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            told = found
        return told

    def _curl(self, path: str, method: str, media_type: str, example: Any) -> str:
        words = ["curl"] if method in ("GET", "POST") else ["curl", "-X", method]
        lines = [f'-H "Authorization: Bearer {KEY}"']
        if media_type == "multipart/form-data":
            fields = {**(example or {}), "file": "@holiday.mp4"}
            lines += [f"-F {shlex.quote(f'{name}={value}')}" for name, value in fields.items()]
        elif media_type:
            lines += [
                '-H "Content-Type: application/json"',
                f"-d {shlex.quote(json.dumps(example))}",
            ]
        elif method == "POST":
            words += ["-X", "POST"]
        address = self._site + path.replace("{id}", _ID).replace("{name}", "default")
        return " \\\n  ".join([" ".join(words), *lines, address])


def _first_example(body: Schema) -> Any:
    examples = body.get("examples", {})
    return next(iter(examples.values()))["value"] if examples else None
