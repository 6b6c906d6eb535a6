"""Judge whether storages belong to this installation, from the marks read in them. Pure.

Each storage holds ``{"installation": <name>, "epoch": <epoch>, "renewed_at": <s since 1970>}``.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum

LARGEST = 4096


@dataclass(frozen=True)
class Identity:
    """The mark of a storage; ``renewed_at`` is in seconds since 1970."""

    installation: str
    epoch: str
    renewed_at: float

    def to_json(self) -> bytes:
        """Return the mark as it is stored."""
        return json.dumps(asdict(self)).encode()


class Unmarked(Enum):
    """A storage without a readable mark."""

    EMPTY = "empty"
    HOLDS_OBJECTS = "holds objects"


class Verdict(Enum):
    """The relation of a storage to this installation."""

    OURS = "ours"
    EMPTY = "empty"
    UNMARKED = "unmarked"
    LOST = "lost"
    OTHER = "other"
    MOVED_ON = "moved on"


SENTENCES: dict[Verdict, str] = {
    Verdict.OURS: "They belong to this installation.",
    Verdict.EMPTY: "One is new; the reconciler takes it.",
    Verdict.UNMARKED: "One holds objects and does not say whose.",
    Verdict.LOST: "One is empty, though this database knows of objects in it.",
    Verdict.OTHER: "One belongs to another installation.",
    Verdict.MOVED_ON: "One was used by a later state, or another copy, of this database.",
}


def read(data: bytes) -> Identity | Unmarked:
    """Return the mark in a storage; an unreadable one counts as none."""
    try:
        found = json.loads(data)
        return Identity(str(found["installation"]), str(found["epoch"]), float(found["renewed_at"]))
    except (ValueError, KeyError, TypeError):
        return Unmarked.HOLDS_OBJECTS


def judge(
    found: Identity | Unmarked, *, name: str, epochs: Sequence[str], holds: bool = False
) -> Verdict:
    """Judge a storage. ``name`` and all recent ``epochs`` are those of this database.

    A copy of the database that goes on renewing writes epochs that this one does not know.
    ``holds`` says that the database knows of objects that should be in the storage.
    """
    if found is Unmarked.EMPTY:
        return Verdict.LOST if holds else Verdict.EMPTY
    if isinstance(found, Unmarked):
        return Verdict.UNMARKED
    if found.installation != name:
        return Verdict.OTHER
    return Verdict.OURS if found.epoch in epochs else Verdict.MOVED_ON


def moving(new: Verdict, old: Verdict) -> Verdict:
    """Judge a storage that is being moved. Until the new place bears a mark, the old one proves
    that the database is current. Each place may miss a renewal that reached only the other. An
    empty old place, however, was not mounted."""
    if old is Verdict.OURS and new in (Verdict.EMPTY, Verdict.LOST):
        return Verdict.EMPTY
    if Verdict.OURS in (new, old) and {new, old} <= {Verdict.OURS, Verdict.MOVED_ON}:
        return Verdict.OURS
    return Verdict.LOST if old is Verdict.EMPTY else worst([new, old])


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of several storages that is to be reported: the worst."""
    order = list(Verdict)
    return max(verdicts, key=order.index)
