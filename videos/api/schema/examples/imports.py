"""Examples of imports."""

from videos.api.schema.examples.basics import ID, JOB_ID, Example
from videos.api.schema.examples.progress import CURRENT_JOB, DOWNLOADING
from videos.api.schema.examples.videos import UPLOADED_VIDEO

_ADDRESS = "https://media.example.com/sea.mp4"
IMPORT: Example = {"url": _ADDRESS, "title": "A walk by the sea"}
IMPORTED: Example = {
    "video": UPLOADED_VIDEO | {"status": "uploading", "progress": DOWNLOADING, "source": None},
    "job": CURRENT_JOB,
}
IMPORT_BATCH: Example = {"items": [{"url": _ADDRESS}, {"url": "http://10.0.0.1/sea.mp4"}]}
_PRIVATE = (
    "The URL names a private or reserved address. Use one that is reachable from the internet."
)
IMPORT_ANSWERS: Example = {
    "items": [
        {
            "status": 202,
            "code": None,
            "detail": None,
            "errors": [],
            "video": ID,
            "job": JOB_ID,
            "image": None,
        },
        {
            "status": 400,
            "code": "fetch_forbidden_address",
            "detail": _PRIVATE,
            "errors": [{"field": "url", "code": "fetch_forbidden_address", "detail": _PRIVATE}],
            "video": None,
            "job": None,
            "image": None,
        },
        {
            "status": 201,
            "code": None,
            "detail": None,
            "errors": [],
            "video": None,
            "job": None,
            "image": ID,
        },
    ]
}
