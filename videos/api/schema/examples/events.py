"""An example of the webhook of each kind of event."""

from collections.abc import Mapping
from typing import Any

from videos.api.schema.examples.basics import Example

_VIDEO = "0197a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
_IMAGE = "0197a1b2-8d4e-7f5a-9b6c-7d8e9f0a1b2c"
_JOB = "0197a1b2-9e5f-7a6b-8c7d-8e9f0a1b2c3d"

_TRACK = {
    "id": "0197a1b2-af60-7b7c-9d8e-9f0a1b2c3d4e",
    "kind": "captions",
    "language": "en",
    "label": "English",
    "default": True,
    "revision": 1,
}
_RENDITION = {
    "name": "720p",
    "kind": "video",
    "codec": "h264",
    "width": 1280,
    "height": 720,
    "bitrate": 1_843_200,
}
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_FAILED = {"code": "source_unsupported", "message": "This file has neither frames nor audio."}
_SPAM = {"code": "spam", "message": "The video advertises something."}

_PROCESSING: Mapping[str, Any] = {"status": "processing", "playable": False}
_JOB_TOLD: Mapping[str, Any] = {"job": _JOB, "kind": "first"}

_OF_KIND: Mapping[str, Mapping[str, Any]] = {
    "video.created": {"status": "pending_upload", "playable": False},
    "video.upload.started": {"status": "uploading", "playable": False},
    "video.upload.completed": {**_PROCESSING, "size": 48_220_160, "sha256": _HASH},
    "upload.expired": {
        "status": "uploading",
        "playable": False,
        "received": 1_048_576,
        "size": 48_220_160,
    },
    "video.processing.started": {**_PROCESSING, **_JOB_TOLD},
    "video.playable": {"status": "processing", "rungs": ["720p"], "available_seconds": 4.0},
    "video.withdrawn": _PROCESSING,
    "video.rendition.ready": {"status": "processing", "job": _JOB, "rendition": _RENDITION},
    "video.image.ready": {"kind": "storyboard"},
    "video.failed": {"status": "failed", "playable": False, "error": _FAILED},
    "video.canceled": {"status": "canceled", "playable": False},
    "video.updated": {"changed": ["title"]},
    "video.deleted": {"playable": False, "deleted": True},
    "video.purged": {"playable": False, "deleted": True},
    "moderation.pending": {
        "status": "pending_upload",
        "playable": False,
        "moderation": "pending",
    },
    "moderation.approved": {"moderation": "approved", "moderation_reason": None},
    "moderation.rejected": {"moderation": "rejected", "moderation_reason": _SPAM},
    "image.updated": {"changed": ["title"]},
    "image.deleted": {"deleted": True},
    "image.purged": {"deleted": True},
    "image.failed": {"error": {"code": "image_invalid", "message": "The file is no image."}},
    "job.queued": {**_PROCESSING, **_JOB_TOLD},
    "job.succeeded": _JOB_TOLD,
    "job.failed": {
        "status": "failed",
        "playable": False,
        "error": _FAILED,
        **_JOB_TOLD,
    },
    "job.canceled": {"status": "canceled", "playable": False, **_JOB_TOLD},
}


def webhook(kind: str) -> Example:
    """Return the body of a webhook of this kind."""
    is_image = kind.startswith("image.")
    of_all = {"title": "Sea", "deleted": False, "error": None}
    if not is_image:
        of_all |= {"status": "ready", "playable": True, "visibility": "public"}
        of_all |= {"moderation": "approved"}
    if kind.startswith("video.track."):
        of_all |= {"track": _TRACK}
    about: Any = {"image": None if kind == "image.failed" else _IMAGE}
    return {
        "type": kind,
        "timestamp": "2026-03-01T12:00:00.000000Z",
        "data": {
            **(about if is_image else {"video": _VIDEO}),
            "cursor": "e1f4",
            "version": 1,
            "payload": {**of_all, **_OF_KIND.get(kind, {})},
        },
    }
