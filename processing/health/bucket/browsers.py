"""Check the bucket as a browser uses it: presigned addresses, parts of objects, other origins."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import uuid4

import urllib3
from django.conf import settings

from config import site_address
from processing.health import trouble
from processing.health.bucket.rights import BODY, FAILURES, quick_client
from processing.health.catalogue import bucket as kinds
from processing.health.finding import CheckResult, well
from processing.health.trouble import Trouble
from videos import keys
from videos.storage import outputs
from videos.storage.s3 import BucketStorage

NAME = "Bucket, for browsers"
_SECONDS = 4.0
_GOOD_FOR_SECONDS = 300
_EXPOSED = ("content-length", "content-range")
# Scripts may read these headers whether a CORS rule exposes them or not.
_SAFELISTED = ("content-length",)
_CERTIFICATE = (Trouble.UNKNOWN_CA, Trouble.WRONG_NAME, Trouble.EXPIRED)


def bucket_for_browsers() -> list[CheckResult]:
    """Check that the pages of this site can fetch media from the bucket."""
    store = outputs().places()[0]
    if not isinstance(store, BucketStorage):
        return []
    found = list(_of_address(store))
    client, key = quick_client(store), f"{keys.PROBE}-{uuid4().hex}"
    there = {"Bucket": store.bucket_name, "Key": store.object_key(key)}
    try:
        client.put_object(**there, Body=BODY, ContentType="text/plain")
    except FAILURES:
        return [*found, well(NAME, "not tried, since nothing can be written")]
    try:
        found += _Browser(store, key).findings()
    finally:
        try:
            client.delete_object(**there)
        except FAILURES:
            pass  # the check of rights reports it
    return found or [well(NAME, f"{_origin(store)}: presigned addresses, parts, other origins")]


def _origin(store: BucketStorage) -> str:
    base = urlsplit(store.public_base)
    return f"{base.scheme}://{base.netloc}"


def _of_address(store: BucketStorage) -> Iterator[CheckResult]:
    """Yield the faults that the bucket's public address alone shows."""
    origin, host = _origin(store), urlsplit(store.public_base).hostname or ""
    ours = [urlsplit(one).hostname or "" for one in site_address.origins()]
    if settings.ENV.use_https and origin.startswith("http://"):
        yield kinds.PUBLIC_PLAIN.at(NAME, where=origin)
    elif site_address.is_private(host) and not all(map(site_address.is_private, ours)):
        yield kinds.PUBLIC_PRIVATE_NAME.at(NAME, where=origin)


class _Browser:
    """Sends requests without a key, as a page of the site would."""

    def __init__(self, store: BucketStorage, key: str) -> None:
        self._where = _origin(store)
        self._url = store.signed_url(key, until=int(time.time()) + _GOOD_FOR_SECONDS)
        self._origins = site_address.origins()
        self._pool = urllib3.PoolManager(
            timeout=_SECONDS, retries=False, ca_certs=store.verify or None
        )

    def findings(self) -> list[CheckResult]:
        """Return the faults of requests from the site's first origin."""
        origin = self._origins[0] if self._origins else ""
        try:
            return list(self._asked(origin))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return [self._unreached(error)]
        finally:
            self._pool.clear()

    def _asked(self, origin: str) -> Iterator[CheckResult]:
        sent = {"Range": "bytes=1-3"} | ({"Origin": origin} if origin else {})
        answer = self._pool.request("GET", self._url, headers=sent, redirect=False)
        if answer.status not in (200, 206):
            code = re.search(rb"<Code>(\w+)</Code>", answer.data)
            told = code[1].decode() if code else ""
            yield kinds.PUBLIC_REFUSED.at(
                NAME, where=self._where, status=answer.status, code=told or "and no code of S3"
            )
            return
        if answer.status != 206 or answer.data != BODY[1:4]:
            yield kinds.PUBLIC_RANGE.at(NAME, where=self._where)
        if origin and origin != self._where:
            yield from self._of_origin(origin, answer.headers)

    def _of_origin(self, origin: str, headers: urllib3.HTTPHeaderDict) -> Iterator[CheckResult]:
        local = site_address.is_local(urlsplit(origin).hostname or "")
        if not _admits(headers, origin):
            # A local origin's port is unknown, so its rule cannot be tried and it is a warning.
            yield replace(kinds.NO_CORS.at(NAME, origin=origin), lesser=local)
            return
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "range",
        }
        answer = self._pool.request("OPTIONS", self._url, headers=asked, redirect=False)
        allowed = _words(answer.headers.get("Access-Control-Allow-Headers", ""))
        if not _admits(answer.headers, origin) or not allowed & {"range", "*"}:
            yield kinds.NO_CORS_RANGE.at(NAME, origin=origin)
        shown = _words(headers.get("Access-Control-Expose-Headers", ""))
        hidden = [one for one in _EXPOSED if not shown & {one, "*"} and one not in _SAFELISTED]
        if hidden:
            yield kinds.CORS_HIDES.at(NAME, origin=origin, headers=", ".join(hidden))
        yield from self._of_uploads(origin, shown)

    def _of_uploads(self, origin: str, shown: set[str]) -> Iterator[CheckResult]:
        """Yield what keeps pages from sending parts of files; ``shown`` are the headers that a page
        sees of an answer."""
        asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        answer = self._pool.request("OPTIONS", self._url, headers=asked, redirect=False)
        methods = _words(answer.headers.get("Access-Control-Allow-Methods", ""))
        if not _admits(answer.headers, origin) or not methods & {"put", "*"}:
            yield kinds.NO_CORS_UPLOADS.at(NAME, origin=origin, what="PUT is not allowed")
        elif not shown & {"etag", "*"}:
            yield kinds.NO_CORS_UPLOADS.at(NAME, origin=origin, what="the ETag is hidden")

    def _unreached(self, error: Exception) -> CheckResult:
        found = trouble.of(error)
        told = found.value if found else type(error).__name__
        kind = kinds.PUBLIC_CERTIFICATE if found in _CERTIFICATE else kinds.PUBLIC_UNREACHED
        return kind.at(NAME, where=self._where, error=told)


def _admits(headers: urllib3.HTTPHeaderDict, origin: str) -> bool:
    return headers.get("Access-Control-Allow-Origin") in ("*", origin)


def _words(text: str) -> set[str]:
    return {word.strip().lower() for word in text.split(",")}
