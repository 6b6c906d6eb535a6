"""What plans allow their users to upload and to store.

Reservations are the rows of uploads themselves. They are written, and quotas are checked, while the
owner's row of ``Usage`` is held, so that of a hundred uploads at once each sees those before it.
Nothing but the uploads of the day is counted apart from the rows, so nothing can leak.
"""

from videos.quotas.checks import (
    Room,
    announce,
    counts,
    require_least,
    require_profile,
    reserve,
    reserve_bytes,
    room_of,
    take_length,
    take_size,
)
from videos.quotas.exceeded import CODES, Quota, QuotaExceeded, amount
from videos.quotas.usage import Used, next_day, used_by

__all__ = [
    "CODES",
    "Quota",
    "QuotaExceeded",
    "Room",
    "Used",
    "amount",
    "announce",
    "counts",
    "next_day",
    "require_least",
    "require_profile",
    "reserve",
    "reserve_bytes",
    "room_of",
    "take_length",
    "take_size",
    "used_by",
]
