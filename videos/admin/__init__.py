"""Videos in the admin: moderation and the other actions on videos."""

from videos.admin import decisions, releases, stored, videos

__all__ = ["decisions", "releases", "stored", "videos"]
