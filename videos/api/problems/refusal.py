"""How errors are told: each by a status, a stable code and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Refusals = Mapping[type[Exception], tuple[int, str, str]]
"""For each exception: the status, the stable code, and a sentence on what to do, in which
``{error.name}`` stands for an attribute of the exception."""


@dataclass(frozen=True)
class Told:
    """A refusal as it is told: its status, its problem, and headers that go with it."""

    status: int
    problem: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def at(self, path: str) -> Told:
        """Return the same for a request to a path."""
        return replace(self, problem={**self.problem, "instance": path})


class NotAdmitted(Exception):
    """Raised when the headers of a request name nobody who may send it; ``told`` says why."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.problem["code"])
        self.told = told
