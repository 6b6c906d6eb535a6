"""Examples of the live feed."""

from videos.api.schema.examples.basics import Example

_TICKET = "gAAAAABnR8mzY0d2tq4f5m3v8yQ1"

FEED_TICKET: Example = {
    "url": "wss://video.example.org/ws/feed/",
    "protocols": ["vodloom", f"vodloom.ticket.{_TICKET}"],
    "ticket": _TICKET,
    "expires_in": 30,
}

EVENTS: Example = {
    "results": [
        {
            "type": "event",
            "cursor": "e2a",
            "version": 1,
            "event": "video.ready",
            "video": "0199f3a2-6f0e-7c41-9d55-2f1a7c6b5d4e",
            "created_at": "2026-05-01T12:00:00.000000Z",
            "payload": {
                "status": "ready",
                "playable": True,
                "title": "Holiday",
                "visibility": "private",
                "moderation": "approved",
                "deleted": False,
                "error": None,
            },
        }
    ],
    "cursor": "e2b",
    "has_more": False,
}
