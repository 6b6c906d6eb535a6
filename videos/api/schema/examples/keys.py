"""Examples of API keys."""

from videos.api.schema.examples.basics import AT, Example

KEY_SUBMIT: Example = {
    "name": "Nightly upload",
    "scopes": ["read", "upload"],
    "expires_at": "2027-11-01T00:00:00Z",
    "addresses": ["192.0.2.0/24", "2001:db8::7"],
}
KEY: Example = {
    "id": "01a1fb71-1b4d-7c63-a2d5-30ae7d9f8b21",
    "name": "Nightly upload",
    "hint": "vl_h8Kq2T",
    "scopes": ["read", "upload"],
    "addresses": ["192.0.2.0/24", "2001:db8::7"],
    "created_at": AT,
    "expires_at": "2027-11-01T00:00:00Z",
    "last_used_at": None,
    "last_used_from": None,
}
NEW_KEY: Example = KEY | {"secret": "vl_h8Kq2TJ0v5mB7cXw9zRfY1nLqD4sEgUaPiKoZtM3bVx"}
