"""Multipart uploads into a bucket whose parts are sent by clients, to presigned addresses.

``ObjectMissing`` means here that the bucket knows no such multipart upload: it was completed,
aborted, or never begun.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from videos.storage.base import MediaStorage
from videos.storage.s3 import BucketStorage, translated

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

SMALLEST_PART = 5 * 1024**2
"""The fewest bytes of a part that is not the last one."""
MOST_PARTS = 10_000
LARGEST_OBJECT = 5 * 1024**4


@dataclass(frozen=True)
class Part:
    """A part that has arrived: its number from 1 on, its ETag without quotes, its size in bytes."""

    number: int
    etag: str
    size: int
    arrived_at: datetime


def place(storage: MediaStorage) -> BucketStorage | None:
    """Return the bucket that new objects of a storage go to, or None if that is a disk."""
    first = storage.places()[0]
    return first if isinstance(first, BucketStorage) else None


@translated
def begin(bucket: BucketStorage, key: str) -> str:
    """Begin a multipart upload of an object; return the bucket's name of it."""
    begun = bucket.client.create_multipart_upload(
        Bucket=bucket.bucket_name,
        Key=bucket.object_key(key),
        ContentType="application/octet-stream",
    )
    return begun["UploadId"]


def part_url(bucket: BucketStorage, key: str, upload_id: str, number: int, *, seconds: int) -> str:
    """Return the address to which a client may send this part within that many seconds."""
    now = int(time.time())
    return bucket.presigner().part_url(
        bucket.object_key(key), upload_id, number, since=now, until=now + seconds
    )


def newest(parts: Iterable[Part]) -> list[Part]:
    """Return the part that arrived last under each number, by number."""
    by_time = sorted(parts, key=lambda one: one.arrived_at)
    by_number = {one.number: one for one in by_time}
    return [by_number[number] for number in sorted(by_number)]


@translated
def arrived(bucket: BucketStorage, key: str, upload_id: str) -> list[Part]:
    """Return the parts that have arrived, by number; raises ``ObjectMissing``. Some buckets list
    what was sent first under a number beside what was sent again."""
    pages = bucket.client.get_paginator("list_parts").paginate(
        Bucket=bucket.bucket_name, Key=bucket.object_key(key), UploadId=upload_id
    )
    return [
        Part(one["PartNumber"], one["ETag"].strip('"'), one["Size"], one["LastModified"])
        for page in pages
        for one in page.get("Parts", [])
    ]


@translated
def complete(bucket: BucketStorage, key: str, upload_id: str, parts: Sequence[Part]) -> None:
    """Make the object of these parts, which are in order; raises ``ObjectMissing``."""
    told: list[CompletedPartTypeDef] = [
        {"PartNumber": one.number, "ETag": f'"{one.etag}"'} for one in parts
    ]
    bucket.client.complete_multipart_upload(
        Bucket=bucket.bucket_name,
        Key=bucket.object_key(key),
        UploadId=upload_id,
        MultipartUpload={"Parts": told},
    )


@translated
def abort(bucket: BucketStorage, key: str, upload_id: str) -> None:
    """Abort a multipart upload, which deletes its parts; one that is over is no error."""
    try:
        bucket.client.abort_multipart_upload(
            Bucket=bucket.bucket_name, Key=bucket.object_key(key), UploadId=upload_id
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchUpload":
            raise


def abort_all(storage: MediaStorage, keys: Iterable[str]) -> int:
    """Abort every multipart upload of these objects, wherever it was begun; return how many there
    were. A server that cannot list them raises ``StorageUnavailable``."""
    buckets = [one for one in storage.places() if isinstance(one, BucketStorage)]
    return sum(_abort_of(bucket, key) for key in keys for bucket in buckets)


@translated
def _abort_of(bucket: BucketStorage, key: str) -> int:
    full = bucket.object_key(key)
    lister = bucket.client.get_paginator("list_multipart_uploads")
    pages = lister.paginate(Bucket=bucket.bucket_name, Prefix=full)
    begun = [one for page in pages for one in page.get("Uploads", []) if one["Key"] == full]
    for one in begun:
        abort(bucket, key, one["UploadId"])
    return len(begun)
