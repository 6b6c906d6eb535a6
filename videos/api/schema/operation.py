"""How an operation is described in the OpenAPI document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Operation:
    """The description of one operation; ``request`` and ``answer`` are examples. ``form`` is
    one of the form that it takes instead of JSON, ``answer_type`` the media type of the answer,
    ``other_answers`` has those of further successful statuses."""

    id: str
    summary: str
    description: str = ""
    refusals: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    request: Any = None
    form: Any = None
    answer: Any = None
    answer_type: str = "application/json"
    other_answers: Mapping[str, Any] = field(default_factory=dict)
    deprecated: bool = False
