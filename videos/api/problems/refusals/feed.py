"""The refusals of the readers of the event log."""

from videos.api.problems.refusal import Refusals
from videos.events.cursors import BadCursor, CursorExpired


class TooManyFeeds(Exception):
    """Raised when a user has too many feeds open, or an address was refused too often."""


REFUSALS: Refusals = {
    BadCursor: (400, "bad_cursor", "This cursor does not belong to this feed."),
    CursorExpired: (
        410,
        "cursor_expired",
        "Events after this cursor were deleted because of their age. Read the videos again, and "
        "go on with the one in `cursor`.",
    ),
    TooManyFeeds: (
        429,
        "too_many_feeds",
        "Too many feeds are open, or too many were refused. Close a feed, or wait.",
    ),
}
