"""Translate the names of earlier releases.

Their rows are kept for weeks, and during an upgrade their processes go on writing and announcing.
So the code that shows an event or a tick to others translates it here; stored rows are not changed.
"""

from collections.abc import Mapping
from typing import Any

_NOW: Mapping[str, str] = {
    "video.uploading": "video.upload.started",
    "video.processing": "video.processing.started",
    "video.pictures": "video.image.ready",
    "video.approved": "moderation.approved",
    "video.rejected": "moderation.rejected",
    "run.queued": "job.queued",
    "run.succeeded": "job.succeeded",
    "run.failed": "job.failed",
    "run.canceled": "job.canceled",
}


def kind(stored: str) -> str:
    """Return the kind of an event under its name in ``kinds``."""
    return _NOW.get(stored, stored)


def payload(stored_kind: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload of an event as its kind has it today."""
    unknown = {"job": None, "kind": None} if stored_kind == "video.processing" else {}
    return {**unknown, **members(stored)}


def members(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a payload or of a tick under their names in ``messages``."""
    return {"job" if name == "run" else name: value for name, value in stored.items()}
