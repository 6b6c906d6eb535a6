"""The stored objects and those that rows name, as keys prefixed with the name of their storage."""

from __future__ import annotations

from tests.chaos.fleet import Fleet

# The installation's own objects and the doctor's trial objects.
_OWN = ("installation.json", "doctor/", "guests/")


def stored(fleet: Fleet) -> set[str]:
    """Return the objects of the bucket that belong to videos."""
    pages = fleet.s3.client().get_paginator("list_objects_v2").paginate(Bucket=fleet.s3.bucket)
    keys = {item["Key"] for page in pages for item in page.get("Contents", [])}
    return {key for key in keys if not key.partition("/")[2].startswith(_OWN)}


def unfinished_uploads(fleet: Fleet) -> set[str]:
    """Return the uploads in parts that the bucket still waits for."""
    listed = fleet.s3.client().list_multipart_uploads(Bucket=fleet.s3.bucket)
    return {f"{one['Key']} in parts" for one in listed.get("Uploads", [])}


def wanted(fleet: Fleet) -> set[str]:
    """Return the objects that must exist: those that are played or processed, and those that are
    registered as stored."""
    listed = fleet.rows(
        "SELECT storage || '/' || key FROM videos_storedobject WHERE state = 'stored'"
        " UNION SELECT 'originals/' || key FROM videos_source WHERE dropped_at IS NULL"
        " UNION SELECT 'outputs/' || copy_key FROM videos_image"
        " UNION SELECT 'outputs/' || thumbnail_key FROM videos_image"
        " UNION SELECT 'outputs/' || key FROM videos_chunk"
        " UNION SELECT 'outputs/' || key FROM videos_picture"
        " UNION SELECT 'outputs/' || poster_key FROM videos_release WHERE poster_key <> ''"
        " UNION SELECT 'outputs/' || small_poster_key FROM videos_release"
        " WHERE small_poster_key <> ''"
        " UNION SELECT 'outputs/' || download_key FROM videos_rendition WHERE download_key <> ''"
    )
    return {str(key) for (key,) in listed}


def known(fleet: Fleet) -> set[str]:
    """Return the wanted objects, and those registered as being written or deleted."""
    rows = fleet.rows("SELECT storage || '/' || key FROM videos_storedobject")
    return wanted(fleet) | {str(key) for (key,) in rows}
