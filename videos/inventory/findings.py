"""The findings of a comparison."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from videos.models import StoredObject


class Kind(StrEnum):
    """Kinds of findings, worst first."""

    MISSING = "missing"
    SIZE = "size"
    HASH = "hash"
    ORPHANED = "orphaned"
    MULTIPART = "multipart"
    TEMPORARY = "temporary"
    UNUSED = "unused"
    MENDED = "mended"
    YOUNG = "young"
    FOREIGN = "foreign"
    QUARANTINED = "quarantined"


FAULTS = {
    Kind.MISSING: StoredObject.Fault.MISSING,
    Kind.SIZE: StoredObject.Fault.SIZE,
    Kind.HASH: StoredObject.Fault.HASH,
}
"""The fault that is stored in the row of an object, by kind of finding."""

WRONG = frozenset([*FAULTS, Kind.ORPHANED, Kind.MULTIPART, Kind.TEMPORARY])
"""The kinds of finding that need to be dealt with; the others are only reported."""

WORDS: dict[Kind, tuple[str, str]] = {
    Kind.MISSING: (
        "videos need it, and it is not stored",
        "`fsck --repair` marks it, `reprocess --broken` makes outputs and pictures again; or"
        " restore it from a backup",
    ),
    Kind.SIZE: ("stored with another size than was written", "as what is missing"),
    Kind.HASH: ("stored with other bytes than were written", "as what is missing"),
    Kind.ORPHANED: (
        "of this product's making, and no row names it",
        "`fsck --repair` puts it into quarantine",
    ),
    Kind.MULTIPART: (
        "begun in parts more than a day ago and never completed; it is paid for",
        "a lifecycle rule that aborts incomplete multipart uploads after a day",
    ),
    Kind.TEMPORARY: (
        "left in a work folder of this machine for more than a day",
        "start a reconciler here, or `manage.py reconcile`",
    ),
    Kind.UNUSED: ("not stored, or damaged, and no video needs it", "nothing"),
    Kind.MENDED: ("marked before, and right again", "`fsck --repair` takes the mark away"),
    Kind.YOUNG: ("no row names it yet; it is younger than a day, or of a job at work", "nothing"),
    Kind.FOREIGN: ("not of this product's making", "nothing: it is left alone"),
    Kind.QUARANTINED: (
        "in quarantine",
        "`fsck --restore-quarantine`, or delete it with the storage's own tools",
    ),
}
"""The meaning of each kind, and what is to be done."""


class Part(StrEnum):
    """What a stored file is of a video."""

    OUTPUT = "output"
    PICTURE = "picture"
    OWN_POSTER = "own_poster"
    ORIGINAL = "original"


@dataclass(frozen=True)
class Broken:
    """A video that lacks stored files of these parts. ``without_original`` also if that was
    dropped. ``remakes_pictures`` tells whether its pictures can be made again alone."""

    video: str
    lacks: frozenset[Part]
    without_original: bool
    remakes_pictures: bool

    @property
    def remedies(self) -> Iterator[str]:
        """Yield the remedies, each in one word of ``REMEDIES``."""
        pictures = Part.PICTURE in self.lacks
        whole = Part.OUTPUT in self.lacks or (pictures and not self.remakes_pictures)
        if whole:
            yield "lost" if self.without_original else "again"
        elif pictures:
            yield "pictures"
        if Part.ORIGINAL in self.lacks and not whole:
            yield "plays"
        if Part.OWN_POSTER in self.lacks:
            yield "own_poster"


REMEDIES = {
    "again": "can be made again from its original: `manage.py reprocess --broken`",
    "pictures": "plays, and its lost pictures can be made again by themselves: `manage.py reprocess"
    " --broken`",
    "own_poster": "has lost the poster that it was given, which cannot be made again: give it once"
    " more, take it away, or restore it from a backup",
    "plays": "plays, but its original is gone or damaged: it cannot be processed again",
    "lost": "cannot be made again: its original is gone, dropped or damaged too; restore it from a "
    "backup",
}


@dataclass(frozen=True)
class Found:
    """One object, its size if known, and the videos that need it."""

    kind: Kind
    storage: str
    key: str
    size: int | None = None
    release: str | None = None
    source: str | None = None
    videos: tuple[str, ...] = ()
    part: Part = Part.OUTPUT
    modified: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON for programs."""
        return {
            "kind": self.kind.value,
            "storage": self.storage,
            "key": self.key,
            "size": self.size,
            "videos": list(self.videos),
        }
