"""Videos in the admin: moderation and the other actions on videos."""

from videos.admin import decisions, images, releases, stored, videos

__all__ = ["decisions", "images", "releases", "stored", "videos"]
