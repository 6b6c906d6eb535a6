"""Try each right that the product needs on a small object under its prefix, and clean up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from processing.health.bucket import refusals
from processing.health.bucket.refusals import Refusal
from processing.health.catalogue import bucket as kinds
from processing.health.finding import CheckResult, Kind, Level, well
from videos import keys
from videos.storage import MediaStorage, originals, outputs
from videos.storage.s3 import BucketStorage

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

NAME = "Bucket"
BODY = b"vodloom"
FAILURES = (ClientError, BotoCoreError, Boto3Error, ResponseParserError, RecursionError)
_WORRYING_SECONDS, _REFUSED_SECONDS = 30, 900
_ANSWER_SECONDS = 7
_LEFT_OVER_AFTER = timedelta(hours=1)
_UNFINISHED_AFTER = timedelta(days=8)


def original_objects() -> list[CheckResult]:
    """Check that originals can be listed, written, read and deleted, whole and in parts."""
    return _looked_at(originals())


def output_objects() -> list[CheckResult]:
    """Check that outputs can be listed, written, read and deleted, whole and in parts."""
    return _looked_at(outputs())


def quick_client(store: BucketStorage, **config: Any) -> S3Client:
    """Return a client with short timeouts that tries only once."""
    return store.new_client(
        store.endpoint_url,
        connect_timeout=3,
        read_timeout=_ANSWER_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
        **config,
    )


def _looked_at(storage: MediaStorage) -> list[CheckResult]:
    store = storage.places()[0]  # the place written to, also while media are moved
    if not isinstance(store, BucketStorage):
        return []
    trial = Trial(NAME, store)
    found = [*trial.run()]
    if any(finding.level is Level.FAULT for finding in found):
        return found
    told = f"{store.bucket_name}: list, write, read, delete, whole and in parts"
    return [*found, *trial.clocks()] or [well(NAME, told)]


class Trial:
    """A trial of all calls on one object, which is deleted in the end."""

    def __init__(self, name: str, store: BucketStorage) -> None:
        self._name = name
        self._store = store
        self._client = quick_client(store)
        self._key = store.object_key(f"{keys.PROBE}-{uuid4().hex}")
        self._ahead: float | None = None

    def run(self) -> Iterator[CheckResult]:
        """Try the calls and yield what is wrong. A fault that affects all calls ends the trial."""
        listing = self._list()
        if listing is not None and not listing.denied:
            yield self._told(listing)
            return
        written = self._refusal(self._put)
        if listing is not None and written is not None and written.denied:
            yield self._told(listing)
            return
        if listing is not None:
            yield self._of(kinds.MAY_NOT_LIST)
        if written is not None:
            yield self._missing(written, kinds.MAY_NOT_PUT)
            return
        yield from self._of_one_that_is_there()
        yield from self._in_parts()
        yield from self._unfinished()

    def clocks(self) -> Iterator[CheckResult]:
        """Yield a warning if this machine's clock is far from the server's."""
        if self._ahead is not None and abs(self._ahead) > _WORRYING_SECONDS:
            direction = "ahead of" if self._ahead > 0 else "behind"
            seconds = round(abs(self._ahead))
            yield kinds.CLOCK_SLIGHTLY.at(self._name, seconds=seconds, direction=direction)

    def _of_one_that_is_there(self) -> Iterator[CheckResult]:
        for step, kind in ((self._head, kinds.MAY_NOT_GET), (self._read, kinds.MAY_NOT_GET)):
            if refusal := self._refusal(step):
                yield self._missing(refusal, kind)
                break
        else:
            yield from self._kept()
        if refusal := self._refusal(self._delete_many):
            if refusal.denied:
                yield self._missing(refusal, kinds.MAY_NOT_DELETE)
            else:
                yield kinds.NO_BULK_DELETE.at(self._name, code=refusal.code)
        if (refusal := self._refusal(self._delete)) and not refusal.denied:
            yield self._told(refusal)

    def _kept(self) -> Iterator[CheckResult]:
        part = self._client.get_object(**self._there, Range="bytes=1-3")
        with part["Body"] as body:
            if body.read() != BODY[1:4]:
                yield kinds.DOES_NOT_KEEP.at(self._name, what="a part of an object")
                return
        whole = self._client.get_object(**self._there)
        with whole["Body"] as body:
            if body.read() != BODY:
                yield kinds.DOES_NOT_KEEP.at(self._name, what="its bytes")
            elif whole["ContentType"] != "text/plain":
                yield kinds.DOES_NOT_KEEP.at(self._name, what="its type")

    def _in_parts(self) -> Iterator[CheckResult]:
        for step, call in (("finishing", self._finish_parts), ("beginning", self._abort_parts)):
            if refusal := self._refusal(call):
                if step == "beginning" and refusal.denied:
                    yield self._of(kinds.MAY_NOT_ABORT)
                else:
                    yield self._of(kinds.MAY_NOT_UPLOAD_PARTS, step=refusal.code or step)
                break
        else:
            if (refusal := self._refusal(self._list_parts)) and refusal.denied:
                yield self._of(kinds.MAY_NOT_LIST_ARRIVED)
        self._refusal(self._delete)

    def _unfinished(self) -> Iterator[CheckResult]:
        """Yield a finding about old multipart uploads that no rule of the bucket has aborted.

        If the server cannot list them, nothing is yielded, except when the right is missing.
        """
        prefix = self._store.object_key("")
        try:
            told = self._client.list_multipart_uploads(
                Bucket=self._store.bucket_name, Prefix=prefix
            )
        except FAILURES as error:
            if self._told_by(error).denied:
                yield self._of(kinds.MAY_NOT_LIST_PARTS)
            return
        begun = [one["Initiated"] for one in told.get("Uploads", []) if "Initiated" in one]
        if old := [one for one in begun if datetime.now(UTC) - one > _UNFINISHED_AFTER]:
            yield self._of(kinds.UNFINISHED, count=len(old))

    @property
    def _there(self) -> dict[str, Any]:
        return {"Bucket": self._store.bucket_name, "Key": self._key}

    def _list(self) -> Refusal | None:
        """Try to list objects, and delete those that a killed doctor left. Return a refusal."""
        prefix = self._store.object_key(keys.PROBE)
        try:
            answer = self._client.list_objects_v2(
                Bucket=self._store.bucket_name, Prefix=prefix, MaxKeys=10
            )
        except FAILURES as error:
            # Some errors of the SDK have a response that is None.
            self._note(getattr(error, "response", None) or {})
            return self._told_by(error)
        self._note(answer)
        for one in answer.get("Contents", []):
            if datetime.now(UTC) - one["LastModified"] > _LEFT_OVER_AFTER:
                key = {"Bucket": self._store.bucket_name, "Key": one["Key"]}
                self._refusal(lambda key=key: self._client.delete_object(**key))  # type: ignore[misc]
        return None

    def _note(self, answer: Any) -> None:
        told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        try:
            self._ahead = time.time() - parsedate_to_datetime(told).timestamp()
        except (TypeError, ValueError):
            self._ahead = None

    def _put(self) -> None:
        self._client.put_object(**self._there, Body=BODY, ContentType="text/plain")

    def _head(self) -> None:
        self._client.head_object(**self._there)

    def _read(self) -> None:
        self._client.get_object(**self._there)["Body"].close()

    def _delete(self) -> None:
        self._client.delete_object(**self._there)

    def _delete_many(self) -> None:
        answer = self._client.delete_objects(
            Bucket=self._store.bucket_name,
            Delete={"Objects": [{"Key": self._key}], "Quiet": True},
        )
        for one in answer.get("Errors", []):
            raise ClientError({"Error": {"Code": one.get("Code", "")}}, "DeleteObjects")

    def _finish_parts(self) -> None:
        begun = self._client.create_multipart_upload(**self._there)["UploadId"]
        try:
            part = self._client.upload_part(**self._there, UploadId=begun, PartNumber=1, Body=BODY)
            self._client.complete_multipart_upload(
                **self._there,
                UploadId=begun,
                MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]},
            )
        except FAILURES:
            self._refusal(lambda: self._abort(begun))
            raise

    def _abort_parts(self) -> None:
        begun = self._client.create_multipart_upload(**self._there)["UploadId"]
        self._abort(begun)

    def _list_parts(self) -> None:
        begun = self._client.create_multipart_upload(**self._there)["UploadId"]
        try:
            self._client.list_parts(**self._there, UploadId=begun)
        finally:
            self._refusal(lambda: self._abort(begun))

    def _abort(self, upload: str) -> None:
        self._client.abort_multipart_upload(**self._there, UploadId=upload)

    def _refusal(self, call: Callable[[], object]) -> Refusal | None:
        try:
            call()
        except FAILURES as error:
            return self._told_by(error)
        return None

    def _told_by(self, error: Exception) -> Refusal:
        return refusals.of(error, self._client.meta.endpoint_url)

    def _missing(self, refusal: Refusal, kind: Kind) -> CheckResult:
        return self._of(kind) if refusal.denied else self._told(refusal)

    def _of(self, kind: Kind, **other: object) -> CheckResult:
        prefix = self._store.object_key("")
        return kind.at(self._name, bucket=self._store.bucket_name, prefix=prefix, **other)

    def _told(self, refusal: Refusal) -> CheckResult:
        if refusal.kind is kinds.CLOCK and self._ahead is not None:
            way = "ahead" if self._ahead > 0 else "behind"
            return kinds.CLOCK.at(self._name, by=f", {round(abs(self._ahead) / 60)} minutes {way}")
        return refusal.at(self._name, self._store)
