"""What strangers learn of an open video: the facts that the API tells them too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KINDS = frozenset(
    {
        "video.playable",
        "video.withdrawn",
        "video.rendition.ready",
        "video.ready",
        "video.reprocessed",
        "video.failed",
        "video.image.ready",
        "video.track.ready",
        "video.track.updated",
        "video.track.deleted",
        "video.updated",
    }
)
_MEMBERS = frozenset(
    {
        "status",
        "playable",
        "title",
        "visibility",
        "moderation",
        "deleted",
        "rungs",
        "available_seconds",
        "rendition",
        "track",
    }
)
_CHANGED = frozenset({"title", "description", "tags", "visibility", "poster"})


def is_public(kind: str, told: Mapping[str, Any]) -> bool:
    """Return whether strangers hear of such an event while the video is open to everybody."""
    if kind == "video.updated":
        return not _CHANGED.isdisjoint(told.get("changed", ()))
    return kind in KINDS


def message(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message of an event without what only the owner and staff may learn."""
    payload = {name: value for name, value in whole["payload"].items() if name in _MEMBERS}
    if "changed" in whole["payload"]:
        payload["changed"] = [one for one in whole["payload"]["changed"] if one in _CHANGED]
    return {**whole, "payload": {**payload, "error": None}}
