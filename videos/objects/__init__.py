"""The registry of stored objects, and the only way to delete objects.

An attempt registers its objects before it writes them (``writing``), and the transaction that lists
them confirms them (``stored``). The transaction that removes the last reference to an object marks
it (``deleting``). Only ``delete_marked`` deletes objects, and only if the storage was found to be
this installation's. No state ever goes back.
"""

from videos.objects.deletion import delete_marked
from videos.objects.listed import listed_among, register_releases, register_sources
from videos.objects.marking import (
    GRACE,
    mark_attempt,
    mark_found,
    mark_image,
    mark_original,
    mark_outputs,
    mark_ownerless,
    mark_poster,
    mark_releases,
)
from videos.objects.writing import (
    Planned,
    confirm,
    confirm_original,
    confirm_track_original,
    write_ahead,
    write_ahead_original,
)

__all__ = [
    "GRACE",
    "Planned",
    "confirm",
    "confirm_original",
    "confirm_track_original",
    "delete_marked",
    "listed_among",
    "mark_attempt",
    "mark_found",
    "mark_image",
    "mark_original",
    "mark_outputs",
    "mark_ownerless",
    "mark_poster",
    "mark_releases",
    "register_releases",
    "register_sources",
    "write_ahead",
    "write_ahead_original",
]
