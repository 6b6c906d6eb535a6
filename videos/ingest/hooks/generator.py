"""What a generator's adapter must do, and the report it makes of a webhook's body. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol
from uuid import UUID

from videos.models import Generation

Status = Generation.Status
FINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED})


class BadReport(Exception):
    """Raised for a body that is no report, with the ``member`` that is wrong and a sentence."""

    def __init__(self, member: str, message: str) -> None:
        super().__init__(message)
        self.member = member
        self.message = message


class CannotPoll(Exception):
    """Raised when a generator cannot be asked about a job, or its answer makes no sense."""


class JobUnknown(Exception):
    """Raised when a generator says that it has no such job."""


@dataclass(frozen=True)
class Output:
    """One output of a job. ``kind`` is ``video`` (also audio), ``image``, ``other``, or ``inline``
    for a file in the report itself, which has no URL here."""

    kind: str
    url: str = ""


@dataclass(frozen=True)
class Report:
    """What a generator says about one of its jobs. ``provenance`` is kept with each video."""

    job_id: str
    status: Status
    outputs: tuple[Output, ...] = ()
    error: str = ""
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the report as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Report:
        """Return the report that was kept."""
        outputs = tuple(Output(one["kind"], one["url"]) for one in kept["outputs"])
        return cls(**{**kept, "status": Status(kept["status"]), "outputs": outputs})


class Generator(Protocol):
    """The adapter of one generator."""

    @property
    def name(self) -> str:
        """The generator's name: lower-case letters, digits and hyphens."""

    @property
    def has_own_secrets(self) -> bool:
        """Whether each address has a secret of its own, which its owner is told."""

    def secrets(self, address_id: UUID) -> Sequence[str]:
        """Return the secrets that may sign reports to an address: several while one rotates, none
        if the operator has not set any."""

    def report(self, body: Mapping[str, Any]) -> Report:
        """Read a webhook's body. Raises ``BadReport``."""

    def is_id(self, text: str) -> bool:
        """Return whether a text may be the id of one of its jobs."""

    def can_be_asked(self) -> bool:
        """Return whether ``ask`` can work: the operator may have to set a token first."""

    def ask(self, job_id: str) -> Report:
        """Ask the generator about a job. Raises ``JobUnknown`` or ``CannotPoll``."""
