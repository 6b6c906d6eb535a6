"""Notes that other databases leave in a storage which is not theirs.

Whoever a storage belongs to deletes what no row of its own names; another database that writes
there by mistake (a staging copy, a second installation without a prefix) would lose its objects. So
it says that it is there, and then nothing unknown is deleted until an operator has settled whose it
is.
"""

import json
import time
from collections.abc import Iterable
from itertools import islice

from videos import keys
from videos.storage import MediaStorage

_MOST = 100


def leave(places: Iterable[MediaStorage], *, name: str, epoch: str) -> None:
    """Say that this database uses places that are another's. Raises ``StorageUnavailable``."""
    note = json.dumps({"installation": name, "epoch": epoch, "seen_at": time.time()}).encode()
    for place in places:
        key = f"{keys.GUESTS}{name}-{epoch}.json"
        place.put_bytes(key, note, content_type="application/json")


def others(places: Iterable[MediaStorage]) -> list[str]:
    """The notes that stand there. A copy of this database has its name, and lately had its epochs:
    so none is passed over as our own."""
    found: dict[str, None] = {}
    for place in places:
        for one in islice(place.list_prefix(keys.GUESTS), _MOST):
            found[one.key.removeprefix(keys.GUESTS).removesuffix(".json")] = None
    return list(found)


def clear(places: Iterable[MediaStorage]) -> None:
    """An operator has settled whose they are."""
    for place in places:
        place.delete_keys([one.key for one in place.list_prefix(keys.GUESTS)])
