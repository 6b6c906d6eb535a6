"""Examples of tracks."""

from videos.api.schema.examples.basics import AT, Example

TRACK_ID = "01a1fb71-0d11-7c20-9a3e-5d2b8f6c1e04"
_TEXTS = f"https://videos.example.com/m/t9k2s0.c2lnbmF0dXJl/01a1fb70-5c1e-7d21-9c0f-6b4ad2f0e7c1/{TRACK_ID}"
TRACK: Example = {
    "id": TRACK_ID,
    "kind": "captions",
    "language": "en",
    "label": "",
    "name": "English",
    "default": True,
    "origin": "file",
    "status": "ready",
    "error": None,
    "edited": False,
    "revision": 1,
    "offset": None,
    "cues": 412,
    "texts": {suffix: f"{_TEXTS}.{suffix}" for suffix in ("vtt", "srt", "txt", "json")},
    "notices": [],
    "created_at": AT,
    "updated_at": AT,
}
TRACKS: Example = {"results": [TRACK]}
TRACK_SUBMIT: Example = {
    "kind": "captions",
    "language": "en",
    "default": True,
    "url": "https://files.example.com/walk.en.srt",
}
TRACK_EDIT: Example = {"label": "English (UK)", "language": "en-GB"}
EDITED_TRACK: Example = TRACK | {
    "label": "English (UK)",
    "name": "English (UK)",
    "language": "en-GB",
    "revision": 2,
}
TRACK_FILE: Example = {"kind": "captions", "language": "en", "default": True, "file": "walk.en.srt"}
_CUE = {
    "start": 1.5,
    "end": 4.25,
    "text": "<v Ada>Shall we walk?",
    "settings": "",
    "identifier": "",
}
CUES: Example = {"revision": 3, "cues": [_CUE]}
TRANSCRIPT: Example = {
    "track": TRACK_ID,
    "language": "en",
    "revision": 3,
    "segments": [
        {"start": 1.5, "end": 4.25, "text": "Shall we walk?", "speaker": "Ada", "words": []}
    ],
}
CUES_FORM: Example = {
    "revision": 2,
    "cues": [{"start": 1.5, "end": 4.25, "text": "<v Ada>Shall we walk?"}],
}
