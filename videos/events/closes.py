"""Why a feed is closed: the code a program reads, and the sentence beside it."""

from collections.abc import Mapping

TRY_AGAIN = 1013
FAILED = 1011
BAD_CURSOR = 4400
NOT_AUTHENTICATED = 4401
FOREIGN_ORIGIN = 4403
TOO_SLOW = 4408
EXPIRED_CURSOR = 4410
TOO_MANY = 4429

REASONS: Mapping[int, str] = {
    FAILED: "Something went wrong here. Connect again.",
    TRY_AGAIN: "The database does not answer just now. Connect again in a few seconds.",
    BAD_CURSOR: "This is no cursor of this feed.",
    NOT_AUTHENTICATED: "Send an API key that is in force, or log in.",
    FOREIGN_ORIGIN: "Pages of other sites may not listen by this session.",
    TOO_SLOW: "What was sent was not taken in time. Connect again with the last cursor.",
    EXPIRED_CURSOR: "Events behind this cursor were deleted for their age. Read the videos anew.",
    TOO_MANY: "Too many feeds are open, or too many wrong keys were sent. Close one, or wait.",
}
"""A sentence for each, of at most 123 bytes: more does not fit into the closing frame."""
