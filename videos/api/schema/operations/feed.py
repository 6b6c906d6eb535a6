"""The operations of the live feed."""

from collections.abc import Mapping

from videos.api.schema.examples import feed as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "feed.create": Operation(
        "createFeedTicket",
        "Get a ticket to the live feed",
        "Browsers cannot put a key into the headers of a WebSocket, so a page that has a key "
        "offers the `protocols` of a ticket instead. A ticket opens one socket, within a minute.",
        refusals={403: ("api_key_needed",)},
        answer=examples.FEED_TICKET,
    ),
}
