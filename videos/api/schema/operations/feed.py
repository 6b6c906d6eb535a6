"""The operations of the live feed."""

from collections.abc import Mapping

from videos.api.schema.examples import feed as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "event.read": Operation(
        "listEvents",
        "Read the event log",
        "Returns what the live feed tells, a page at a time, the oldest event first: for polling, "
        "and for catching up after an interruption. Ask again with `since` and the `cursor` of the "
        "last page, at once while `has_more` is true. Events are kept for 30 days; if some behind "
        "`since` are deleted, the answer is 410 with the `cursor` to go on with.",
        refusals={
            400: ("bad_cursor",),
            403: ("permission_denied",),
            404: ("not_found",),
            410: ("cursor_expired",),
        },
        answer=examples.EVENTS,
    ),
    "feed.create": Operation(
        "createFeedTicket",
        "Get a ticket to the live feed",
        "Browsers cannot put a key into the headers of a WebSocket or an EventSource. A page that "
        "has a key offers the `protocols` of a ticket to a WebSocket instead, or puts the `ticket` "
        "into the address of an EventSource. A ticket opens one feed, within 30 seconds, and the "
        "feed ends with the key or the session that asked for the ticket.",
        answer=examples.FEED_TICKET,
    ),
}
