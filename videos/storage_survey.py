"""Compare storages and database in both directions, for use after a restore."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from videos import keys
from videos.models import Release, Source, Upload
from videos.storage import originals, outputs

_AT_ONCE = 500


@dataclass(frozen=True)
class Survey:
    """The counts of objects. ``unknown`` ones are only in a storage; ``missing`` ones only in the
    database."""

    releases: int
    unknown_releases: int
    missing_releases: int
    originals: int
    unknown_originals: int
    missing_originals: int


def survey() -> Survey:
    """List both storages and compare them. Raises ``StorageUnavailable``."""
    folders = {name for name in outputs().folders(keys.RELEASES) if _is_id(name)}
    stored = {one.key for one in originals().list_prefix("") if keys.is_original(one.key)}
    complete = Release.objects.filter(completed_at__isnull=False)
    releases = {str(pk) for pk in complete.values_list("pk", flat=True).iterator()}
    sources = set(Source.objects.filter(dropped_at=None).values_list("key", flat=True).iterator())
    arriving = set(Upload.objects.filter(finished_at=None).values_list("key", flat=True))
    return Survey(
        releases=len(folders),
        unknown_releases=sum(1 for _ in _without_row(folders)),
        missing_releases=len(releases - folders),
        originals=len(stored),
        unknown_originals=len(stored - sources - arriving),
        missing_originals=len(sources - stored),
    )


def _without_row(names: Iterable[str]) -> Iterator[str]:
    for batch in _batches(names):
        there = Release.objects.filter(pk__in=batch).values_list("pk", flat=True)
        yield from set(batch) - {str(pk) for pk in there}


def _batches(names: Iterable[str]) -> Iterator[Sequence[str]]:
    remaining = iter(names)
    while batch := list(islice(remaining, _AT_ONCE)):
        yield batch


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
