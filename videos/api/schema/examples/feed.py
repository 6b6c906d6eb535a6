"""Examples of the live feed."""

from videos.api.schema.examples.basics import Example

FEED_TICKET: Example = {
    "url": "wss://video.example.org/ws/feed/",
    "protocols": ["vodloom", "vodloom.ticket.01a1fb70.c2lnbmVk"],
    "expires_in": 60,
}
