"""Examples of uploads."""

from videos.api.schema.examples.basics import AT, ID, Example

_UPLOAD_ID = "01a1fb70-530a-7dbe-9c1e-2f7b6c3e29f6"
UPLOAD_CREATE: Example = {
    "title": "From a visitor",
    "max_size": 2147483648,
    "max_duration": 600,
    "expires_in": 3600,
    "allowed_origin": "https://app.example.org",
}
UPLOAD_ROW: Example = {
    "id": _UPLOAD_ID,
    "video": ID,
    "protocol": "delegated",
    "filename": "unnamed",
    "url": "https://video.example.org/u/AaH7cFMKfb6cHi97bD4p9g:c2lnbmVk",
    "state": "waiting",
    "offset": 0,
    "size": None,
    "error": None,
    "limits": {
        "max_size": 2147483648,
        "max_duration": 600.0,
        "allowed_origin": "https://app.example.org",
    },
    "created_at": AT,
    "expires_at": "2026-11-05T10:30:00Z",
    "finished_at": None,
}
