"""The registry of stored objects: what is written, what stands, and the one way to delete it.

An attempt registers what it will write before it writes (``writing``), and the transaction that
lists it confirms it (``stored``). Whoever removes the last thing that points at an object marks it
(``deleting``) in the same transaction. ``delete_marked`` alone deletes objects, and only where the
storage was found to be this installation's. No state ever goes back.
"""

from videos.objects.deletion import delete_marked
from videos.objects.listed import listed_among, register_releases, register_sources
from videos.objects.marking import (
    GRACE,
    mark_attempt,
    mark_found,
    mark_original,
    mark_ownerless,
    mark_releases,
)
from videos.objects.writing import (
    Planned,
    confirm,
    confirm_original,
    write_ahead,
    write_ahead_original,
)

__all__ = [
    "GRACE",
    "Planned",
    "confirm",
    "confirm_original",
    "delete_marked",
    "listed_among",
    "mark_attempt",
    "mark_found",
    "mark_original",
    "mark_ownerless",
    "mark_releases",
    "register_releases",
    "register_sources",
    "write_ahead",
    "write_ahead_original",
]
