"""Dataclasses from stored JSON that another version wrote, older or newer than this one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

_ABSENT: dict[str, Any] = {
    "int": 0,
    "float": 0.0,
    "str": "",
    "bool": False,
    "Fraction": Fraction(0),
}


def known(cls: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a dataclass of ours can be made from: keys it does not know are left out, and those that
    are missing take its default, or the empty value of their type."""
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
