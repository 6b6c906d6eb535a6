"""Describe types as JSON Schema, from their hints and the meanings beside them."""

import types
from collections.abc import Callable
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

Schema = dict[str, Any]

_BASIC: dict[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def schema_of(hint: Any) -> Schema:
    """Return the JSON Schema of a type hint of the kinds that ``messages`` uses."""
    make = _MAKERS.get(get_origin(hint))
    if make is not None:
        return make(*get_args(hint))
    return object_of(hint) if is_typeddict(hint) else {"type": _BASIC[hint]}


def object_of(hint: Any) -> Schema:
    """Return the JSON Schema of a typed dictionary."""
    members = get_type_hints(hint, include_extras=True)
    return {
        "type": "object",
        "description": sentence_of(hint),
        "properties": {name: schema_of(member) for name, member in members.items()},
        "required": [name for name in members if name in hint.__required_keys__],
    }


def sentence_of(hint: Any) -> str:
    """Return what the docstring of a type says."""
    return " ".join((hint.__doc__ or "").split())


def _either(*hints: Any) -> Schema:
    schemas = [schema_of(hint) for hint in hints]
    if all(schema.keys() == {"type"} for schema in schemas):
        return {"type": [schema["type"] for schema in schemas]}
    return {"anyOf": schemas}


_MAKERS: dict[Any, Callable[..., Schema]] = {
    NotRequired: schema_of,
    Annotated: lambda hint, meaning: schema_of(hint) | {"description": meaning},
    Literal: lambda value: {"type": _BASIC[type(value)], "const": value},
    Union: _either,
    types.UnionType: _either,
    list: lambda hint: {"type": "array", "items": schema_of(hint)},
}
