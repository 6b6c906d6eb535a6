"""Read objects of buckets: those of this site, and any other that the machine has keys to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import IO, TYPE_CHECKING, Any

import boto3
from botocore.credentials import EnvProvider
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from videos.fetching import errors
from videos.management.importing import kinds
from videos.storage import originals
from videos.storage.s3 import BucketStorage, client_config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BLOCK_BYTES = 1024**2
_BROKEN = (BotoCoreError, ResponseParserError, HTTPError, OSError)
_NO_PROFILE = "default"


@dataclass(frozen=True)
class BucketObject:
    """An object, in the version that its ``etag`` names; ``size`` in bytes."""

    bucket: str
    key: str
    size: int
    etag: str

    @property
    def name(self) -> str:
        """The address of the object."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def kind(self) -> str:
        """A video, unless its name is one of an image."""
        return kinds.of_name(self.key) or kinds.VIDEO


def named(bucket: str, key: str) -> BucketObject:
    """Return an object. Raises ``FetchFailed``."""
    with _told():
        head = client_of(bucket).head_object(Bucket=bucket, Key=key)
        return BucketObject(bucket, key, head["ContentLength"], head["ETag"])


def below(bucket: str, prefix: str) -> Iterator[BucketObject]:
    """Yield the objects below a prefix in the order of their keys. Raises ``FetchFailed``."""
    with _told():
        lister = client_of(bucket).get_paginator("list_objects_v2")
        pages = iter(lister.paginate(Bucket=bucket, Prefix=prefix))
    while True:
        with _told():
            page = next(pages, None)
        if page is None:
            return
        for one in page.get("Contents", []):
            yield BucketObject(bucket, one["Key"], one["Size"], one["ETag"])


def read(one: BucketObject, into: IO[bytes], read: Callable[[int], None]) -> str:
    """Write an object to a file, block by block, and return its SHA-256 in hex. After a break
    the rest is asked for, of the same version. Raises ``FetchFailed`` or ``OSError``."""
    digest, received = hashlib.sha256(), 0
    while received < one.size:
        begun = received
        for block in _blocks(one, received):
            into.write(block)
            digest.update(block)
            received += len(block)
            read(len(block))
        if received == begun:
            raise errors.broken_off()
    if received > one.size:
        raise errors.failed("The bucket sent more than the object has.")
    into.flush()
    return digest.hexdigest()


def _blocks(one: BucketObject, start: int) -> Iterator[bytes]:
    """Yield the bytes from ``start`` on, until they end or the connection breaks."""
    asked: dict[str, Any] = {"Bucket": one.bucket, "Key": one.key, "IfMatch": one.etag}
    if start:
        asked["Range"] = f"bytes={start}-"
    with _told():
        answer = client_of(one.bucket).get_object(**asked)
    with closing(answer["Body"]) as body:
        while True:
            try:
                block = body.read(_BLOCK_BYTES)
            except _BROKEN:
                return
            if not block:
                return
            yield block


def place_of(bucket: str) -> str:
    """Return the endpoint at which a bucket is read, so that two of one name are told apart."""
    return client_of(bucket).meta.endpoint_url


def client_of(bucket: str) -> S3Client:
    """Return the client that reads a bucket.

    The site's own bucket is read as the site reads it. For any other one the keys of the
    environment count (``AWS_…``), if there are some, then the site's, then those of the machine.
    """
    site = next((s for s in originals().places() if isinstance(s, BucketStorage)), None)
    own = site is not None and site.bucket_name == bucket
    with _told():
        if site is not None and (own or not _has_keys()):
            return site.client
        return _of_environment()


def _has_keys() -> bool:
    """Return whether the environment names keys, or a profile that has some."""
    profile = boto3.session.Session().profile_name
    return profile != _NO_PROFILE or EnvProvider().load() is not None


@cache
def _of_environment() -> S3Client:
    return boto3.session.Session().client("s3", config=client_config("auto"))


def forget_clients() -> None:
    """Read the environment again."""
    _of_environment.cache_clear()


@contextmanager
def _told() -> Iterator[None]:
    """Translate the protocol's errors into why a file could not be fetched."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status == 412:
            raise errors.failed("The object was replaced meanwhile. Import it again.") from error
        raise errors.of_status(status, may_expire=False) from error
    except NoCredentialsError as error:
        raise errors.of_status(401, may_expire=False) from error
    except (BotoCoreError, ResponseParserError) as error:
        raise errors.unreachable() from error
