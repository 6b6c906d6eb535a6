"""Storage in an S3-compatible bucket."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar
from uuid import uuid4

import boto3
import structlog
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.parsers import ResponseParserError
from storages.backends.s3 import S3Storage

from videos.storage.base import ListedObject, MediaStorage, ObjectMissing, StorageUnavailable
from videos.storage.presigning import Credentials, Presigner
from videos.storage.stopping import between_bytes

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef

logger = structlog.get_logger(__name__)

Addressing = Literal["path", "virtual", "auto"]
P = ParamSpec("P")
T = TypeVar("T")

_BLOCK = 1024**2
_DELETE_AT_ONCE = 1000  # the protocol's limit for one request
_TRANSFER = TransferConfig(multipart_threshold=16 * 1024**2, multipart_chunksize=16 * 1024**2)
# The largest copy in one request within the bucket; larger objects are copied in parts of this
# size.
_COPIED_AT_ONCE = 4 * 1024**3
_COPY = TransferConfig(multipart_threshold=_COPIED_AT_ONCE, multipart_chunksize=_COPIED_AT_ONCE)
_SIGNED_EVERY = 1800  # seconds
_ANY = "object"
# Objects are written once under a unique key, so clients may cache them.
_CACHE_CONTROL = "private, max-age=31536000, immutable"


# The last one means that the answer is not a bucket's, but perhaps from a proxy in front of an
# unavailable one.
_FAILURES = (BotoCoreError, Boto3Error, ResponseParserError)


def translated(method: Callable[P, T]) -> Callable[P, T]:
    """Translate the protocol's errors into the storage's own. The second argument is the key."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except (ClientError, *_FAILURES) as error:
            raise _ours(error, str(args[1]) if len(args) > 1 else "") from error

    return call


def _ours(error: Exception, key: str) -> ObjectMissing | StorageUnavailable:
    """Return the storage's own error for an error of the protocol, about a key."""
    response = error.response if isinstance(error, ClientError) else {}
    if response.get("Error", {}).get("Code") in {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}:
        return ObjectMissing(key)
    return StorageUnavailable(_reason(error))


def _reason(error: Exception) -> str:
    return f"the bucket refused: {type(error).__name__}"


class BucketStorage(S3Storage):
    """django-storages' S3 storage with one shared client, and with addresses signed for the
    endpoint that browsers reach."""

    def __init__(
        self,
        *,
        public_endpoint_url: str | None = None,
        addressing_style: Addressing = "path",
        **settings: Any,
    ) -> None:
        self.public_endpoint_url = public_endpoint_url
        super().__init__(
            signature_version="s3v4",
            client_config=client_config(addressing_style),
            transfer_config=_TRANSFER,
            **settings,
        )

    @cached_property
    def client(self) -> "S3Client":
        """The client that moves bytes; boto3 clients can be shared among threads."""
        return self.new_client(self.endpoint_url)

    @cached_property
    def public_base(self) -> str:
        """The base of the addresses at which browsers reach objects. The SDK computes it, since it
        knows Amazon's own endpoints. This makes no connection."""
        client = self.new_client(
            self.public_endpoint_url or self.endpoint_url, signature_version=UNSIGNED
        )
        named = {"Bucket": self.bucket_name, "Key": _ANY}
        return client.generate_presigned_url("get_object", Params=named).removesuffix(_ANY)

    @cached_property
    def credentials(self) -> Any:
        """The configured keys, or those of the machine's role, which are renewed in time."""
        return boto3.session.Session(self.access_key, self.secret_key).get_credentials()

    def places(self) -> tuple[MediaStorage, ...]:
        """Return this storage alone."""
        return (self,)

    @translated
    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Upload a file, in parts if it is large."""
        self.client.upload_file(
            str(path),
            self.bucket_name,
            self.object_key(key),
            ExtraArgs={"ContentType": content_type, "CacheControl": _CACHE_CONTROL},
            Config=_TRANSFER,
            Callback=between_bytes(),
        )

    def take_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Upload a file and delete the local one."""
        self.put_file(key, path, content_type=content_type)
        path.unlink(missing_ok=True)

    @translated
    def put_bytes(self, key: str, data: bytes, *, content_type: str) -> None:
        """Upload a few bytes. They may be replaced later, so clients must not cache them."""
        self.client.put_object(
            Bucket=self.bucket_name,
            Key=self.object_key(key),
            Body=data,
            ContentType=content_type,
            CacheControl="no-store",
        )

    @translated
    def read_bytes(self, key: str, *, at_most: int) -> bytes:
        """Return the first bytes of an object."""
        answer = self.client.get_object(Bucket=self.bucket_name, Key=self.object_key(key))
        with answer["Body"] as body:
            return body.read(at_most)

    @translated
    def read_part(self, key: str, *, first: int, size: int) -> bytes:
        """Return some bytes of an object, and fetch no others."""
        answer = self.client.get_object(
            Bucket=self.bucket_name,
            Key=self.object_key(key),
            Range=f"bytes={first}-{first + size - 1}",
        )
        with answer["Body"] as body:
            return body.read(size)

    def blocks(self, key: str) -> Iterator[bytes]:
        """Yield all bytes of an object in blocks."""
        try:
            answer = self.client.get_object(Bucket=self.bucket_name, Key=self.object_key(key))
            with closing(answer["Body"]) as body:
                yield from body.iter_chunks(_BLOCK)
        except (ClientError, *_FAILURES) as error:
            raise _ours(error, key) from error

    @translated
    def fetch(self, key: str, path: Path) -> None:
        """Download an object; the path holds it completely or not at all."""
        partial = path.with_name(f"{path.name}.{uuid4().hex}.part")
        try:
            self.client.download_file(
                self.bucket_name,
                self.object_key(key),
                str(partial),
                Config=_TRANSFER,
                Callback=between_bytes(),
            )
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def local_path(self, key: str) -> None:
        """Return None: no object of a bucket lies on this machine."""

    @translated
    def object_size(self, key: str) -> int:
        """Return the size of an object in bytes."""
        head = self.client.head_object(Bucket=self.bucket_name, Key=self.object_key(key))
        return int(head["ContentLength"])

    def signed_url(self, key: str, *, until: int, disposition: str = "") -> str:
        """Return a presigned address at the public endpoint. It is signed as of the last half hour,
        so it stays the same over reloads and browsers use their cache. With temporary credentials
        it ends with their session, if that is sooner."""
        since = int(time.time()) // _SIGNED_EVERY * _SIGNED_EVERY
        return self.presigner().url(
            self.object_key(key), since=since, until=until, disposition=disposition
        )

    @translated
    def presigner(self) -> Presigner:
        """Return what signs addresses at the public endpoint, with the credentials of now."""
        if self.credentials is None:
            raise NoCredentialsError
        keys = self.credentials.get_frozen_credentials()
        return Presigner(
            self.public_base,
            self.region_name,
            Credentials(keys.access_key, keys.secret_key, keys.token),
        )

    def list_prefix(self, prefix: str, *, after: str = "") -> Iterator[ListedObject]:
        """Yield the objects with this key prefix, in the byte order of their keys."""
        for page in self._pages(self.object_key(prefix), after=after):
            for item in page.get("Contents", []):
                key = item["Key"].removeprefix(self.object_key(""))
                if key.encode() > after.encode():  # not every server supports StartAfter
                    yield ListedObject(key, item["Size"], item["LastModified"])

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the path parts that follow this prefix in keys, as the server groups them."""
        start = self.object_key(prefix)
        for page in self._pages(start, delimiter="/"):
            for item in page.get("CommonPrefixes", []):
                yield item["Prefix"].removeprefix(start).removesuffix("/")

    def _pages(
        self, prefix: str, *, delimiter: str = "", after: str = ""
    ) -> "Iterator[ListObjectsV2OutputTypeDef]":
        lister = self.client.get_paginator("list_objects_v2")
        try:
            yield from lister.paginate(
                Bucket=self.bucket_name,
                Prefix=prefix,
                Delimiter=delimiter,
                StartAfter=self.object_key(after) if after else prefix,
            )
        except (ClientError, *_FAILURES) as error:
            raise StorageUnavailable(_reason(error)) from error

    def unfinished(self) -> Iterator[ListedObject]:
        """Yield multipart uploads that were begun and neither completed nor aborted."""
        lister = self.client.get_paginator("list_multipart_uploads")
        try:
            for page in lister.paginate(Bucket=self.bucket_name, Prefix=self.object_key("")):
                for item in page.get("Uploads", []):
                    key = item["Key"].removeprefix(self.object_key(""))
                    yield ListedObject(key, 0, item["Initiated"])
        except (ClientError, *_FAILURES) as error:
            raise StorageUnavailable(_reason(error)) from error

    @translated
    def move_key(self, key: str, to: str) -> None:
        """Copy an object within the bucket, then delete the original."""
        head = self.client.head_object(Bucket=self.bucket_name, Key=self.object_key(key))
        self.client.copy(
            {"Bucket": self.bucket_name, "Key": self.object_key(key)},
            self.bucket_name,
            self.object_key(to),
            ExtraArgs={
                "MetadataDirective": "REPLACE",
                "ContentType": head["ContentType"],
                "CacheControl": head.get("CacheControl", _CACHE_CONTROL),
            },
            Config=_COPY,
        )
        if self.object_size(to) != head["ContentLength"]:
            raise StorageUnavailable(f"the copy of {key} is not as large as it is")
        self.client.delete_object(Bucket=self.bucket_name, Key=self.object_key(key))

    @translated
    def delete_key(self, key: str) -> None:
        """Delete an object."""
        self.client.delete_object(Bucket=self.bucket_name, Key=self.object_key(key))

    @translated
    def delete_keys(self, keys: Sequence[str]) -> list[str]:
        """Delete objects, 1000 per request."""
        failed: list[str] = []
        for start in range(0, len(keys), _DELETE_AT_ONCE):
            batch = [self.object_key(key) for key in keys[start : start + _DELETE_AT_ONCE]]
            answer = self.client.delete_objects(
                Bucket=self.bucket_name,
                Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
            )
            for refused in answer.get("Errors", []):
                key = refused["Key"].removeprefix(self.object_key(""))
                logger.warning("object_not_deleted", key=key, reason=refused.get("Code"))
                failed.append(key)
        return failed

    def object_key(self, key: str) -> str:
        """Return the full key in the bucket of a key of this storage."""
        return f"{self.location}/{key}" if self.location else key

    def new_client(self, endpoint_url: str | None, **config: Any) -> "S3Client":
        """Return a client with this storage's keys; ``config`` overrides its configuration."""
        session = boto3.session.Session()
        client: S3Client = session.client(
            "s3",
            endpoint_url=endpoint_url,
            region_name=self.region_name,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            verify=self.verify,
            config=self.client_config.merge(Config(**config)),
        )
        return client


def client_config(addressing_style: Addressing) -> Config:
    """Return how clients behave: how long they wait, and how often they try."""
    return Config(
        signature_version="s3v4",
        max_pool_connections=32,
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "max_attempts": 3},
        s3={"addressing_style": addressing_style},
        # Servers other than AWS's often refuse the newer checksum headers.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
