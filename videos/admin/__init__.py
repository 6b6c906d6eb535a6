"""Videos in the admin: moderation and the other actions on videos."""

from videos.admin import (
    decisions,
    hooks,
    images,
    notifications,
    releases,
    stored,
    tracks,
    videos,
    webhooks,
)

__all__ = [
    "decisions",
    "hooks",
    "images",
    "notifications",
    "releases",
    "stored",
    "tracks",
    "videos",
    "webhooks",
]
