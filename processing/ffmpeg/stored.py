"""Dataclasses to JSON, and from JSON of any version, older or newer than this one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_ABSENT: dict[str, Any] = {
    "int": 0,
    "float": 0.0,
    "str": "",
    "bool": False,
    "Fraction": Fraction(0),
}


def known(cls: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments to make a dataclass from `data`. Unknown keys are dropped; missing ones
    take their default, or the empty value of their type."""
    fields = [field for field in dataclasses.fields(cls) if field.init]
    told = {field.name: data[field.name] for field in fields if field.name in data}
    for field in fields:
        if field.name in told or field.default is not dataclasses.MISSING:
            continue
        if field.default_factory is dataclasses.MISSING:
            told[field.name] = _absent(str(field.type))
    return told


def _absent(kind: str) -> Any:
    return () if kind.startswith("tuple") else _ABSENT.get(kind)


def plain(made: DataclassInstance) -> dict[str, Any]:
    """Return a dictionary that `json` can write; fractions become texts like `30000/1001`."""
    written: dict[str, Any] = _plain(dataclasses.asdict(made))
    return written


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Fraction) else value


def fractions(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return `data` with the texts under these names as fractions."""
    told = {name: Fraction(data[name]) for name in names if data.get(name) is not None}
    return {**data, **told}
