"""Examples of the hooks of AI generators."""

from videos.api.schema.examples.basics import AT, ID, Example

_HOOK_SETTINGS: Example = {
    "visibility": "unlisted",
    "folder": None,
    "tags": ["generated"],
    "metadata": {},
    "profile": "",
    "original": "keep",
    "on_duplicate": "keep",
}
HOOK_ADDRESS_FORM: Example = {
    "source": "replicate",
    "visibility": "unlisted",
    "tags": ["generated"],
}
HOOK_ADDRESS: Example = {
    "id": ID,
    "source": "replicate",
    "url": "https://video.example.org/api/v1/hooks/replicate/?for=c2lnbmVk",
    "secret": None,
    "settings": _HOOK_SETTINGS,
    "created_at": AT,
}
HOOK_REPORT: Example = {
    "id": "job-7",
    "url": "https://files.example.org/sea.mp4",
    "title": "A walk by the sea",
    "provenance": {"prompt": "a walk by the sea", "model": "waves-2"},
}
HOOK_DELIVERY: Example = {
    "id": ID,
    "address": ID,
    "source": "replicate",
    "delivery_id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "job": "gm3qorzdhgbfurvjtvhg6dckhu",
    "status": "succeeded",
    "state": "imported",
    "error": "",
    "video": ID,
    "images": [{"number": 1, "state": "imported", "image": ID, "error": ""}],
    "received_at": AT,
}
PREDICTION_FORM: Example = {"id": "gm3qorzdhgbfurvjtvhg6dckhu", "address": ID}
GENERATION: Example = {
    "id": "gm3qorzdhgbfurvjtvhg6dckhu",
    "source": "replicate",
    "address": ID,
    "status": "starting",
    "videos": [],
    "images": [],
    "created_at": AT,
    "ended_at": None,
}
