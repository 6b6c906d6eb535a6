"""Examples of audit entries and invitations."""

from videos.api.schema.examples.basics import AT, ID, Example

ENTRY: Example = {
    "id": "01a1fb75-9c1e-7c3a-8a54-0b6a1f2d3e4c",
    "at": AT,
    "who": "moderator@example.org",
    "via": "session",
    "key": "",
    "address": "203.0.113.9",
    "action": "video.visibility_changed",
    "kind": "video",
    "target": ID,
    "name": "A film",
    "details": {"changed": {"visibility": ["private", "public"]}},
}
INVITATION_FORM: Example = {
    "email": "new@example.org",
    "role": "moderator",
    "plan": "pro",
    "can_upload": True,
    "days": 7,
    "send": True,
}
INVITATION: Example = {
    "id": "01a1fb76-2a4b-7f10-b3c4-7d5e6f708192",
    "email": "new@example.org",
    "role": "moderator",
    "plan": "pro",
    "can_upload": True,
    "state": "open",
    "made_by": "administrator@example.org",
    "used_by": None,
    "created_at": AT,
    "expires_at": "2026-11-12T09:30:00Z",
    "used_at": None,
    "revoked_at": None,
}
CREATED: Example = {
    **INVITATION,
    "link": "https://video.example.org/accounts/invitation/kM0bXJ2v0oWc2m8vYqk7Rr3m0E1nTzq5sA4pLw8fHdU/",
    "sent": True,
}
