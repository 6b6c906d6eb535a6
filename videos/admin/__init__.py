"""Videos in the admin: moderation and the other actions on videos."""

from videos.admin import decisions, hooks, releases, stored, videos

__all__ = ["decisions", "hooks", "releases", "stored", "videos"]
