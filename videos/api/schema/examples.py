"""Example requests and answers: complete, and valid by the OpenAPI schemas."""

from typing import Any

_ID = "01a1fb70-14f7-744f-a1d9-38cfbcd81bd5"
_JOB_ID = "01a1fb70-2c5e-7d11-9a0e-5b7c61f0d2aa"
_UPLOAD_ID = "01a1fb70-530a-7dbe-9c1e-2f7b6c3e29f6"
_AT = "2026-11-05T09:30:00Z"
_READY_AT = "2026-11-05T09:31:12Z"
_MEDIA = f"https://video.example.org/m/c2lnbmVk/{_JOB_ID}"

Example = dict[str, Any]

UPLOAD: Example = {"file": "(the bytes of the file)", "title": "A walk by the sea"}
VIDEO_EDIT: Example = {"title": "A walk by the sea", "visibility": "unlisted"}
UPLOAD_CREATE: Example = {
    "title": "From a visitor",
    "max_size": 2147483648,
    "max_duration": 600,
    "expires_in": 3600,
    "allowed_origin": "https://app.example.org",
}
UPLOAD_ROW: Example = {
    "id": _UPLOAD_ID,
    "video": _ID,
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
    "created_at": _AT,
    "expires_at": "2026-11-05T10:30:00Z",
    "finished_at": None,
}
JOB_SUBMIT: Example = {"video": _ID, "profile": "quality"}
JOB_EDIT: Example = {"priority": 5}

ORIGINAL: Example = {
    "url": f"https://video.example.org/m/c2lnbmVk/original/{_ID}",
    "expires_at": "2026-11-05T21:30:00Z",
    "filename": "sea.mp4",
    "size": 2543710,
}

CURRENT_JOB: Example = {"id": _JOB_ID, "kind": "first", "status": "queued"}

_NOTHING_YET: Example = {
    "percent": 0.0,
    "eta_seconds": None,
    "stage": "waiting",
    "place": 0,
    "download": None,
}
_DOWNLOADING: Example = _NOTHING_YET | {
    "download": {"received": 0, "size": None, "bytes_a_second": None, "eta_seconds": None}
}
_READY: Example = {
    "percent": 100.0,
    "eta_seconds": 0,
    "stage": "ready",
    "place": None,
    "download": None,
}
_CANCELED: Example = {
    "percent": 0.0,
    "eta_seconds": None,
    "stage": "canceled",
    "place": None,
    "download": None,
}

_SOURCE: Example = {
    "filename": "sea.mp4",
    "size": 2543710,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "container": "mp4",
    "duration": 10.01,
    "width": 1280,
    "height": 720,
    "frame_rate": 29.97,
    "variable_frame_rate": False,
    "video_codec": "h264",
    "audio_codec": "aac",
    "bitrate": 2032935,
    "dropped_at": None,
}
_NOT_PROBED: Example = dict.fromkeys(_SOURCE) | {
    name: _SOURCE[name] for name in ("filename", "size", "sha256")
}

_RENDITIONS: list[Example] = [
    {
        "name": "720p",
        "kind": "video",
        "width": 1280,
        "height": 720,
        "frame_rate": 29.97,
        "codec": "h264",
        "codecs": "avc1.64001f",
        "bitrate": 2000120,
        "peak_bitrate": 2120700,
        "channels": None,
        "language": "",
    },
    {
        "name": "audio",
        "kind": "audio",
        "width": None,
        "height": None,
        "frame_rate": None,
        "codec": "aac",
        "codecs": "mp4a.40.2",
        "bitrate": 128000,
        "peak_bitrate": 130400,
        "channels": 2,
        "language": "en",
    },
]

VIDEO: Example = {
    "id": _ID,
    "title": "A walk by the sea",
    "description": "",
    "folder": None,
    "tags": ["sea"],
    "metadata": {"order": 7},
    "external_id": "order-7",
    "provenance": {},
    "clip": None,
    "expires_at": None,
    "original": "keep",
    "duplicate_of": None,
    "owner": "01a1fb6e-91f2-7c3a-8f57-6d0f9ce1a2b3",
    "status": "ready",
    "playable": True,
    "visibility": "private",
    "moderation": "approved",
    "moderation_reason": None,
    "media_type": "video",
    "progress": _READY,
    "job": {"id": _JOB_ID, "kind": "first", "status": "succeeded"},
    "error": None,
    "source": _SOURCE,
    "renditions": _RENDITIONS,
    "playback": {
        "hls": f"{_MEDIA}/master.m3u8",
        "dash": f"{_MEDIA}/manifest.mpd",
        "mp4": [
            {
                "name": "720p",
                "width": 1280,
                "height": 720,
                "size": 2662400,
                "url": f"{_MEDIA}/720p.mp4",
            }
        ],
    },
    "available": {"seconds": 10.01, "rungs": ["720p"], "complete": True},
    "poster": f"{_MEDIA}/poster.jpg",
    "notices": [
        {
            "code": "hdr_converted",
            "message": "The HDR video (PQ) is converted to SDR.",
            "details": {"transfer": "PQ"},
        }
    ],
    "created_at": _AT,
    "ready_at": _READY_AT,
    "deleted_at": None,
}
EDITED_VIDEO: Example = VIDEO | VIDEO_EDIT
UPLOADED_VIDEO: Example = VIDEO | {
    "status": "processing",
    "playable": False,
    "progress": _NOTHING_YET,
    "job": CURRENT_JOB,
    "source": _NOT_PROBED,
    "renditions": [],
    "playback": {"hls": None, "dash": None, "mp4": []},
    "available": {"seconds": 0.0, "rungs": [], "complete": False},
    "poster": None,
    "notices": [],
    "ready_at": None,
}

IMAGE_UPLOAD: Example = {"file": "(the bytes of the file)", "title": "The sea"}
IMAGE_EDIT: Example = {"title": "The sea", "tags": ["sea"]}
_IMAGE_MEDIA = f"https://video.example.org/m/c2lnbmVk/{_ID}"
IMAGE: Example = {
    "id": _ID,
    "title": "The sea",
    "folder": None,
    "tags": ["sea"],
    "metadata": {},
    "external_id": "",
    "provenance": {},
    "expires_at": None,
    "owner": "01a1fb6e-91f2-7c3a-8f57-6d0f9ce1a2b3",
    "format": "jpeg",
    "width": 4032,
    "height": 3024,
    "url": f"{_IMAGE_MEDIA}/copy.jpg",
    "thumbnail": f"{_IMAGE_MEDIA}/thumbnail.jpg",
    "source": {
        "filename": "sea.jpg",
        "size": 2543710,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "origin": "upload",
        "url": f"https://video.example.org/m/c2lnbmVk/{_JOB_ID}/original",
    },
    "created_at": _AT,
    "deleted_at": None,
}

_ADDRESS = "https://media.example.com/sea.mp4"
IMPORT: Example = {"url": _ADDRESS, "title": "A walk by the sea"}
IMPORTED: Example = {
    "video": UPLOADED_VIDEO | {"status": "uploading", "progress": _DOWNLOADING, "source": None},
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
            "video": _ID,
            "job": _JOB_ID,
        },
        {
            "status": 400,
            "code": "fetch_forbidden_address",
            "detail": _PRIVATE,
            "errors": [{"field": "url", "code": "fetch_forbidden_address", "detail": _PRIVATE}],
            "video": None,
            "job": None,
        },
    ]
}

VIDEO_STATUS: Example = {
    "id": _ID,
    "status": "processing",
    "playable": True,
    "progress": {
        "percent": 43.0,
        "eta_seconds": 12,
        "stage": "encoding",
        "place": None,
        "download": None,
    },
    "job": {"id": _JOB_ID, "kind": "first", "status": "running"},
    "error": None,
}
CANCELED_STATUS: Example = VIDEO_STATUS | {
    "status": "canceled",
    "playable": False,
    "progress": _CANCELED,
    "job": {"id": _JOB_ID, "kind": "first", "status": "canceled"},
}

JOB: Example = {
    "id": _JOB_ID,
    "video": _ID,
    "kind": "first",
    "status": "succeeded",
    "profile": "default",
    "priority": 0,
    "over_budget": False,
    "progress": {
        "percent": 100.0,
        "eta_seconds": 0,
        "stage": "succeeded",
        "place": None,
        "download": None,
    },
    "error": None,
    "shared": False,
    "created_at": _AT,
    "started_at": "2026-11-05T09:30:01Z",
    "finished_at": _READY_AT,
}
_PLAN: Example = {
    "frame_rate": 29.97,
    "frames": 300,
    "duration": 10.01,
    "segment_duration": 4.004,
    "parts": 1,
    "renditions": [
        {
            "name": "720p",
            "kind": "video",
            "width": 1280,
            "height": 720,
            "max_bitrate": 2800000,
            "language": None,
            "kept": True,
        }
    ],
    "reasons": ["720p is kept as it is: the source is already as it would be made."],
}
_TASK: Example = {
    "id": "01a1fb70-2c60-7f0e-8c1d-0b9a8d7c6e5f",
    "kind": "probe",
    "number": 0,
    "queue": "media",
    "state": "done",
    "essential": True,
    "attempts": 1,
    "crashes": 0,
    "progress": 1.0,
    "worker": None,
    "ready_at": _AT,
    "started_at": "2026-11-05T09:30:01Z",
    "finished_at": "2026-11-05T09:30:02Z",
    "not_before": None,
    "error": None,
    "argv": None,
    "log": [],
}
JOB_DETAIL: Example = JOB | {"plan": _PLAN, "tasks": [_TASK]}
_WAITING_TASK: Example = _TASK | {
    "state": "ready",
    "attempts": 0,
    "progress": 0.0,
    "started_at": None,
    "finished_at": None,
}
QUEUED_JOB: Example = JOB | {
    "kind": "reprocess",
    "status": "queued",
    "profile": "quality",
    "progress": _NOTHING_YET,
    "started_at": None,
    "finished_at": None,
    "plan": None,
    "tasks": [_WAITING_TASK],
}
CANCELED_JOB: Example = QUEUED_JOB | {
    "status": "canceled",
    "progress": _CANCELED,
    "finished_at": _READY_AT,
    "tasks": [_WAITING_TASK | {"state": "canceled"}],
}

_FOLDER_ID = "01a1fb71-0a3c-7e52-b1c4-2f9d6c8e7a10"
FOLDER_SUBMIT: Example = {"name": "2026", "parent": "01a1fb71-0800-7b11-8d23-90aa5b3c4f21"}
FOLDER_EDIT: Example = {"name": "2027"}
FOLDER: Example = {
    "id": _FOLDER_ID,
    "name": "2026",
    "parent": "01a1fb71-0800-7b11-8d23-90aa5b3c4f21",
    "path": ["Trips", "2026"],
    "videos": 12,
    "images": 0,
    "folders": 0,
    "created_at": _AT,
}
EDITED_FOLDER: Example = FOLDER | FOLDER_EDIT | {"path": ["Trips", "2027"]}
MOVE: Example = {"videos": [_ID], "folder": _FOLDER_ID}
MOVED: Example = {"results": [{"video": _ID, "moved": True, "error": None}]}
TAGS: Example = {
    "count": 2,
    "results": [{"tag": "sea", "videos": 31}, {"tag": "winter", "videos": 4}],
}

FEED_TICKET: Example = {
    "url": "wss://video.example.org/ws/feed/",
    "protocols": ["vodloom", "vodloom.ticket.01a1fb70.c2lnbmVk"],
    "expires_in": 60,
}

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
    "id": _ID,
    "source": "replicate",
    "url": "https://video.example.org/api/v1/hooks/replicate/?for=c2lnbmVk",
    "secret": None,
    "settings": _HOOK_SETTINGS,
    "created_at": _AT,
}
HOOK_REPORT: Example = {
    "id": "job-7",
    "url": "https://files.example.org/sea.mp4",
    "title": "A walk by the sea",
    "provenance": {"prompt": "a walk by the sea", "model": "waves-2"},
}
HOOK_DELIVERY: Example = {
    "id": _ID,
    "address": _ID,
    "source": "replicate",
    "delivery_id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "job": "gm3qorzdhgbfurvjtvhg6dckhu",
    "status": "succeeded",
    "state": "imported",
    "error": "",
    "video": _ID,
    "images": [{"number": 1, "state": "imported", "image": _ID, "error": ""}],
    "received_at": _AT,
}
PREDICTION_FORM: Example = {"id": "gm3qorzdhgbfurvjtvhg6dckhu", "address": _ID}
GENERATION: Example = {
    "id": "gm3qorzdhgbfurvjtvhg6dckhu",
    "source": "replicate",
    "address": _ID,
    "status": "starting",
    "videos": [],
    "images": [],
    "created_at": _AT,
    "ended_at": None,
}

PROFILE: Example = {
    "name": "default",
    "description": "H.264 up to 1080p, a good balance of speed and size.",
    "is_default": True,
    "codec": "h264",
    "preset": "veryfast",
    "copies": True,
    "takes_incomplete": True,
    "audio_bitrate": 128000,
    "audio_codecs": ["aac"],
    "rungs": [
        {"short_side": 1080, "crf": 23, "maxrate": 5000000},
        {"short_side": 720, "crf": 23, "maxrate": 2800000},
    ],
    "alternate_rungs": [
        {"codec": "av1", "short_side": 1080, "crf": 35, "preset": "8", "maxrate": 3000000}
    ],
    "downloads": [720],
}

_S3_KEY = "01a1fb7014f7744fa1d938cfbcd81bd6"
_S3_UPLOAD = "01a1fb70-14f7-744f-a1d9-38cfbcd81bd7"
_S3_URL = (
    "https://bucket.example.org/vodloom/originals/"
    f"{_S3_KEY}?X-Amz-Expires=3600&partNumber=1&uploadId=c2lnbmVk&X-Amz-Signature=5b7c"
)
S3_CREATE: Example = {
    "filename": "sea.mp4",
    "type": "video/mp4",
    "size": 2543710,
    "metadata": {"title": "A walk by the sea", "tags": '["sea"]'},
}
S3_CREATED: Example = {
    "key": _S3_KEY,
    "uploadId": _S3_UPLOAD,
    "part_size": 8388608,
    "video": _ID,
}
S3_PART: Example = {"PartNumber": 1, "ETag": "9a0364b9e99bb480dd25e1f0284c8555", "Size": 2543710}
S3_ADDRESS: Example = {"url": _S3_URL, "expires": 3600}
S3_ADDRESSES: Example = {"presignedUrls": {"1": _S3_URL}, "expires": 3600}
S3_COMPLETE: Example = {"parts": [{"PartNumber": 1, "ETag": "9a0364b9e99bb480dd25e1f0284c8555"}]}
S3_COMPLETED: Example = {
    "location": f"https://video.example.org/api/v1/videos/{_ID}/",
    "key": _S3_KEY,
    "video": _ID,
}
