"""The codes with which a feed ends: a number for programs, and a sentence for people."""

from collections.abc import Mapping

TRY_AGAIN = 1013
FAILED = 1011
STOPPING = 1012
BAD_CURSOR = 4400
NOT_AUTHENTICATED = 4401
FOREIGN_ORIGIN = 4403
NOT_FOUND = 4404
KEY_NOT_ALLOWED = 4406
TOO_SLOW = 4408
EXPIRED_CURSOR = 4410
TOO_MUCH_SAID = 4413
BAD_QUERY = 4422
TOO_MANY = 4429

REASONS: Mapping[int, str] = {
    FAILED: "An internal error occurred on the server. Connect again.",
    STOPPING: "The server is stopping. Connect again with the last cursor.",
    TRY_AGAIN: "The database does not answer just now. Connect again in a few seconds.",
    BAD_CURSOR: "This cursor does not belong to this feed.",
    NOT_AUTHENTICATED: "Send a valid API key, or log in.",
    FOREIGN_ORIGIN: "Pages of other sites may not use this session.",
    NOT_FOUND: "This does not exist, or you do not have access to it.",
    KEY_NOT_ALLOWED: "This API key lacks the scope read, or may not be used from this address.",
    TOO_SLOW: "The client read too slowly. Connect again with the last cursor.",
    EXPIRED_CURSOR: "Events after this cursor were deleted because of their age. Read the videos "
    "again.",
    TOO_MUCH_SAID: "The client sent too many messages. Send at most 30 in 10 seconds.",
    BAD_QUERY: "The parameters of this address are not valid. See the description of the feed.",
    TOO_MANY: "Too many feeds are open, or too many were refused. Close a feed, or wait.",
}
"""A sentence for each code, of at most 123 bytes: more does not fit into the closing frame."""


class Ended(Exception):
    """Raised when a feed may not begin or go on; it is ended with ``code``. If events were left
    out, ``cursor`` is where to go on."""

    def __init__(self, code: int, *, cursor: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.cursor = cursor

    @property
    def reason(self) -> str:
        """The sentence for people."""
        return REASONS[self.code]
