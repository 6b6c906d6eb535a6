"""Examples of jobs."""

from videos.api.schema.examples.basics import AT, ID, JOB_ID, READY_AT, Example
from videos.api.schema.examples.progress import CANCELED, NOTHING_YET

JOB_SUBMIT: Example = {"video": ID, "profile": "quality"}
JOB_EDIT: Example = {"priority": 5}
JOB: Example = {
    "id": JOB_ID,
    "video": ID,
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
    "created_at": AT,
    "started_at": "2026-11-05T09:30:01Z",
    "finished_at": READY_AT,
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
    "ready_at": AT,
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
    "progress": NOTHING_YET,
    "started_at": None,
    "finished_at": None,
    "plan": None,
    "tasks": [_WAITING_TASK],
}
CANCELED_JOB: Example = QUEUED_JOB | {
    "status": "canceled",
    "progress": CANCELED,
    "finished_at": READY_AT,
    "tasks": [_WAITING_TASK | {"state": "canceled"}],
}
