"""Describe JSON Schema in words: the type of a member and its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.reference.marks import inline

Schema = dict[str, Any]

_BOUNDS = (
    ("minLength", "At least {} characters."),
    ("maxLength", "At most {} characters."),
    ("minimum", "At least {}."),
    ("maximum", "At most {}."),
    ("default", "{} unless given."),
)
_FORMATS = {"date-time": "time", "double": "", "binary": "file", "uuid": "id", "uri": "address"}


@dataclass(frozen=True)
class Kind:
    """A type in a few words; ``component`` names the schema of the document that it consists of."""

    words: str
    component: str = ""
    many: bool = False
    nullable: bool = False


@dataclass(frozen=True)
class Member:
    """A member of an object, or a parameter of an operation."""

    name: str
    kind: Kind
    required: bool
    meaning: str
    bounds: str
    values: tuple[str, ...] = ()


def kind_of(schema: Schema) -> Kind:
    """Return the type of a schema's values."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Kind(name, component=name)
    for together in ("allOf", "oneOf", "anyOf"):
        if together in schema:
            return _one_of(schema[together])
    named = schema.get("type", "anything")
    names = [named] if isinstance(named, str) else named
    kinds = [name for name in names if name != "null"]
    if kinds == ["array"]:
        inner = kind_of(schema["items"])
        return Kind(inner.words, inner.component, many=True, nullable="null" in names)
    words = _FORMATS.get(schema.get("format", ""), "") or " or ".join(kinds)
    return Kind(words, nullable="null" in names)


def _one_of(schemas: list[Schema]) -> Kind:
    told = [kind_of(one) for one in schemas if one.get("type") != "null"]
    nullable = len(told) < len(schemas)
    return Kind(told[0].words, told[0].component, told[0].many, nullable)


def members_of(schema: Schema) -> list[Member]:
    """Return the members of an object schema, in order."""
    required = schema.get("required", [])
    return [
        member_of(name, member, required=name in required)
        for name, member in schema.get("properties", {}).items()
    ]


def member_of(name: str, schema: Schema, *, required: bool, meaning: str = "") -> Member:
    """Return one member or parameter."""
    bounds = " ".join(text.format(schema[key]) for key, text in _BOUNDS if key in schema)
    values = schema.get("enum") or schema.get("items", {}).get("enum") or ()
    return Member(
        name=name,
        kind=kind_of(schema),
        required=required,
        meaning=inline(meaning or schema.get("description", "")),
        bounds=bounds,
        values=tuple(str(value) for value in values),
    )
