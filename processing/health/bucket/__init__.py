"""The bucket: as the server tells it, as the key is allowed, and as browsers meet it."""

from processing.health.bucket.browsers import bucket_for_browsers
from processing.health.bucket.rights import original_objects, output_objects

__all__ = ["bucket_for_browsers", "original_objects", "output_objects"]
