"""How many messages a process sends at a time, so that no receiver and no owner of many delays
others."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from videos.webhooks.retries import SLOW
from videos.webhooks.sending import Parcel

OF_ENDPOINT = 8
"""How many messages are on their way to one endpoint at a time. A slow endpoint, and one that
never answered yet, gets one."""
OF_OWNER = 16
"""How many of a process are on their way to the endpoints of one owner."""


@dataclass(frozen=True)
class Room:
    """How many messages may be begun: ``all`` together, at most ``slow`` of them to slow
    endpoints. ``of_owners`` counts by owner those that are on their way."""

    all: int
    slow: int
    of_owners: Mapping[UUID, int]

    @property
    def full_owners(self) -> list[UUID]:
        """The owners whose endpoints are sent nothing more for now."""
        return [owner for owner, count in self.of_owners.items() if count >= OF_OWNER]

    def after(self, owner: UUID, *, count: int, is_slow: bool) -> Room:
        """Return what is left when so many more are begun to an endpoint of this owner."""
        owners = {**self.of_owners, owner: self.of_owners.get(owner, 0) + count}
        return Room(self.all - count, self.slow - count if is_slow else self.slow, owners)

    def for_one(self, owner: UUID, *, is_slow: bool) -> int:
        """Return how many may be begun to an endpoint of this owner."""
        left = min(self.all, OF_OWNER - self.of_owners.get(owner, 0))
        return max(0, min(left, self.slow) if is_slow else left)


def left(size: int, on_the_way: Iterable[tuple[float, Parcel]]) -> Room:
    """Return the room of a process that sends ``size`` messages at a time, given when each that is
    on its way was begun (``time.monotonic``). Slow ones leave half of the room to others."""
    late = time.monotonic() - SLOW.total_seconds()
    way = list(on_the_way)
    slow = sum(parcel.is_slow or began < late for began, parcel in way)
    owners = Counter(parcel.owner for _, parcel in way)
    return Room(size - len(way), size // 2 - slow, owners)
