"""Notes that other databases leave in a storage that is not theirs.

The owner of a storage deletes objects that none of its rows name. Another database that writes
there by mistake (a staging copy, a second installation without a prefix) would lose its objects. So
that database leaves a note, and nothing unknown is deleted until an operator has decided who owns
the storage.
"""

import json
import time
from collections.abc import Iterable
from itertools import islice

from videos import keys
from videos.storage import MediaStorage

_MOST = 100


def leave(places: Iterable[MediaStorage], *, name: str, epoch: str) -> None:
    """Leave a note that this database uses places that belong to another. Raises
    ``StorageUnavailable``."""
    note = json.dumps({"installation": name, "epoch": epoch, "seen_at": time.time()}).encode()
    for place in places:
        key = f"{keys.GUESTS}{name}-{epoch}.json"
        place.put_bytes(key, note, content_type="application/json")


def others(places: Iterable[MediaStorage]) -> list[str]:
    """Return the notes in these places. A copy of this database has its name, and until recently
    had its epochs, so no note is skipped as our own."""
    found: dict[str, None] = {}
    for place in places:
        for one in islice(place.list_prefix(keys.GUESTS), _MOST):
            found[one.key.removeprefix(keys.GUESTS).removesuffix(".json")] = None
    return list(found)


def clear(places: Iterable[MediaStorage]) -> None:
    """Delete the notes, once an operator has decided who owns the places."""
    for place in places:
        place.delete_keys([one.key for one in place.list_prefix(keys.GUESTS)])
