"""Examples of an account."""

from videos.api.schema.examples.basics import Example

_NONE = {"limit": None, "used": None, "left": None, "resets_at": None}

ME: Example = {
    "id": "01912f3c-0000-7000-8000-00000000000a",
    "email": "ada@example.org",
    "email_verified": True,
    "name": "Ada Lovelace",
    "roles": [],
    "rights": [],
    "can_upload": True,
    "is_staff": False,
    "plan": {
        "name": "free",
        "label": "Free",
        "priority": 0,
        "running": 2,
        "profiles": [],
        "api_rate": None,
    },
    "quotas": {
        "uploads_at_once": {**_NONE, "limit": 3, "used": 1, "left": 2, "unit": "uploads"},
        "uploads_a_day": {
            "limit": 20,
            "used": 4,
            "left": 16,
            "unit": "uploads",
            "resets_at": "2026-11-28T00:00:00Z",
        },
        "stored_minutes": {**_NONE, "limit": 600, "used": 12.5, "left": 587.5, "unit": "minutes"},
        "stored_bytes": {
            **_NONE,
            "limit": 10_000_000_000,
            "used": 734_003_200,
            "left": 9_265_996_800,
            "unit": "bytes",
        },
        "largest_file": {
            **_NONE,
            "limit": 2_000_000_000,
            "left": 2_000_000_000,
            "unit": "bytes",
        },
        "longest_video": {**_NONE, "limit": 3600, "left": 3600, "unit": "seconds"},
    },
    "key": {
        "id": "01912f3c-0000-7000-8000-00000000000b",
        "name": "backend",
        "scopes": ["read", "upload"],
        "expires_at": None,
    },
}
ME_FORM: Example = {"name": "Ada Lovelace"}
