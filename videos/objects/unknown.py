"""Find objects that no row names, by listing the storages slowly, in bounded steps.

A stale worker may store objects after everything was cleaned up, and the previous version registers
nothing. An object is deleted only if its key has our form, it is older than a day, and it is
younger than the adoption of the storage, since a restored backup does not know the objects made
after it.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db.models import F
from django.db.models.functions import Now

from config.log_limits import AtMostEvery
from videos import clock, installation, keys
from videos.models import StoredObject, Walk
from videos.objects.listed import listed_among
from videos.objects.marking import mark_found
from videos.storage import ListedObject, MediaStorage, StorageUnavailable, originals, outputs

_STEP = 1000
_LONGEST_KEY = 1024
_OLD = timedelta(days=1)
_PAUSE = timedelta(hours=6)
_SETTLED_SECONDS = 3600.0
_TELL_EVERY_SECONDS = 3600.0

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Count:
    """A number of objects, and their total size in bytes."""

    objects: int
    bytes: int


class Search:
    """A search that goes on with each call; it marks nothing in the first hour of its process."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._warnings = AtMostEvery(_TELL_EVERY_SECONDS)

    def step(self, now: float | None = None) -> int:
        """Look at the next objects of each storage; return how many were marked for deletion.

        ``now`` is in seconds of the monotonic clock.
        """
        settled = (time.monotonic() if now is None else now) - self._began >= _SETTLED_SECONDS
        return sum(self._step(name, may_mark=settled) for name in StoredObject.Storage)

    def _step(self, name: StoredObject.Storage, *, may_mark: bool) -> int:
        """Do a step; an unavailable storage does not prevent the step of the other one."""
        try:
            return _step(name, may_mark=may_mark)
        except StorageUnavailable as error:
            if self._warnings.allows(name):
                logger.warning("unknown_not_sought", storage=str(name), reason=str(error))
            return 0


_search: Search | None = None


def look_for_unknown() -> int:
    """Do a step of this process's search; a duty of the reconciler."""
    global _search  # noqa: PLW0603  # its hour begins with the first call
    _search = _search or Search()
    return _search.step()


def counted() -> Count | None:
    """Return the number of unknown objects in the last complete walks, including foreign ones; None
    before the first walk."""
    walks = [
        walk
        for walk in Walk.objects.filter(name__in=StoredObject.Storage.values)
        if walk.last_found is not None
    ]
    if not walks:
        return None
    return Count(
        sum(walk.last_found or 0 for walk in walks),
        sum(walk.last_found_bytes or 0 for walk in walks),
    )


def among(name: StoredObject.Storage, listed: Sequence[ListedObject]) -> list[ListedObject]:
    """Return those of the objects that no row names."""
    ours = [one for one in listed if not keys.is_housekeeping(one.key)]
    names = [one.key for one in ours]
    rows = StoredObject.objects.filter(storage=name, key__in=names)
    known = set(rows.values_list("key", flat=True))
    known |= listed_among(name, [key for key in names if key not in known])
    return [one for one in ours if one.key not in known]


def every(name: StoredObject.Storage) -> Iterator[ListedObject]:
    """Yield all unknown objects of a storage, in one long listing."""
    listing = _storage(name).list_prefix("")
    while listed := list(islice(listing, _STEP)):
        yield from among(name, listed)


def deletable(
    name: StoredObject.Storage, found: Iterable[ListedObject], *, since: datetime | None
) -> list[ListedObject]:
    """Return those with keys of our form that are older than a day and were made after
    ``since``."""
    is_ours = keys.is_original if name == StoredObject.Storage.ORIGINALS else keys.is_output
    until = clock.now() - _OLD
    return [
        one
        for one in found
        if is_ours(one.key) and one.modified < until and since is not None and one.modified > since
    ]


def _step(name: StoredObject.Storage, *, may_mark: bool) -> int:
    walk, _ = Walk.objects.get_or_create(name=name)
    rests = walk.finished_at is not None and walk.finished_at > clock.now() - _PAUSE
    if not walk.after and rests:
        return 0
    listed = list(islice(_storage(name).list_prefix("", after=walk.after), _STEP))
    found = among(name, listed)
    if not _move(walk, listed, found):
        return 0  # another reconciler did this step
    if not may_mark or not found or not installation.may_delete() or installation.guests(name):
        return 0
    return mark_found(name, deletable(name, found, since=installation.row().adopted_at))


def _move(walk: Walk, listed: Sequence[ListedObject], found: Sequence[ListedObject]) -> bool:
    here = Walk.objects.filter(pk=walk.pk, after=walk.after, finished_at=walk.finished_at)
    sizes = sum(one.size for one in found)
    if len(listed) == _STEP:
        return bool(
            here.update(
                after=listed[-1].key[:_LONGEST_KEY],
                found=F("found") + len(found),
                found_bytes=F("found_bytes") + sizes,
            )
        )
    return bool(
        here.update(
            after="",
            found=0,
            found_bytes=0,
            last_found=F("found") + len(found),
            last_found_bytes=F("found_bytes") + sizes,
            finished_at=Now(),
        )
    )


def _storage(name: StoredObject.Storage) -> MediaStorage:
    return originals() if name == StoredObject.Storage.ORIGINALS else outputs()
