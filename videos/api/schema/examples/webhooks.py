"""Examples of outgoing webhooks."""

from videos.api.schema.examples.basics import AT, ID, Example

WEBHOOK_FORM: Example = {
    "url": "https://example.org/hooks/videos",
    "description": "The shop",
    "events": ["video.ready", "video.failed", "moderation.*"],
}
WEBHOOK_EDIT: Example = {"enabled": False}
WEBHOOK: Example = {
    "id": ID,
    **WEBHOOK_FORM,
    "all_videos": False,
    "enabled": True,
    "disabled_reason": "",
    "disabled_at": None,
    "health": {
        "last_at": AT,
        "last_status": 204,
        "last_error": "",
        "failing_since": None,
        "paused_until": None,
    },
    "previous_secret_until": None,
    "created_at": AT,
}
EDITED_WEBHOOK: Example = WEBHOOK | {
    "enabled": False,
    "disabled_reason": "owner",
    "disabled_at": AT,
}
SECRET: Example = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}
CREATED_WEBHOOK: Example = WEBHOOK | SECRET
DELIVERY: Example = {
    "id": ID,
    "webhook_id": f"msg_{ID.replace('-', '')}",
    "kind": "event",
    "event": "video.ready",
    "video_or_image": ID,
    "state": "pending",
    "tries": 1,
    "next_at": AT,
    "status": 500,
    "error": "webhook_refused",
    "duration_ms": 84,
    "created_at": AT,
    "ended_at": None,
}
DETAILED_DELIVERY: Example = DELIVERY | {
    "body": '{"type":"video.ready","timestamp":"2026-01-31T12:00:00.000000Z","data":{}}',
    "request_headers": {
        "Content-Type": "application/json",
        "User-Agent": "Vodloom-Webhooks",
        "webhook-id": f"msg_{ID.replace('-', '')}",
        "webhook-timestamp": "1769860800",
        "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    },
    "answer": "Not now",
    "attempts": [{"at": AT, "status": 500, "error": "webhook_refused", "duration_ms": 84}],
}
REPLAY_FORM: Example = {"from": "2026-01-31T00:00:00Z", "to": "2026-01-31T12:00:00Z"}
REPLAYED: Example = {"deliveries": 42, "next": None}
