"""Videos in the admin: moderation, and what can be done with a video."""

from videos.admin import decisions, releases, stored, videos

__all__ = ["decisions", "releases", "stored", "videos"]
