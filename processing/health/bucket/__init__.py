"""Checks of the bucket: the server's refusals, the key's rights, and access by browsers."""

from processing.health.bucket.browsers import bucket_for_browsers
from processing.health.bucket.rights import original_objects, output_objects

__all__ = ["bucket_for_browsers", "original_objects", "output_objects"]
