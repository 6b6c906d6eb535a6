"""Find out why a call of the SDK failed, from the server's codes or the failed connection."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from processing.health import ports, trouble
from processing.health.catalogue import bucket as kinds
from processing.health.finding import CheckResult, Kind
from processing.health.trouble import Trouble
from videos.storage.s3 import BucketStorage

DENIED = ("AccessDenied", "403", "Forbidden", "AllAccessDisabled", "UnauthorizedAccess")
# The codes for calls that a server does not support.
NOT_THERE = ("NotImplemented", "MethodNotAllowed", "501", "405")
_CODES = {
    "InvalidAccessKeyId": kinds.UNKNOWN_KEY,
    "InvalidAccessKey": kinds.UNKNOWN_KEY,
    "SignatureDoesNotMatch": kinds.WRONG_SECRET,
    "NoSuchBucket": kinds.NO_BUCKET,
    "PermanentRedirect": kinds.WRONG_REGION,
    "301": kinds.WRONG_REGION,
    "Redirect": kinds.WRONG_REGION,
    "TemporaryRedirect": kinds.WRONG_REGION,
    "AuthorizationHeaderMalformed": kinds.WRONG_REGION,
    "IllegalLocationConstraintException": kinds.WRONG_REGION,
    "InvalidRegion": kinds.WRONG_REGION,
    "RequestTimeTooSkewed": kinds.CLOCK,
    "RequestExpired": kinds.CLOCK,
    "ExpiredToken": kinds.EXPIRED_KEY,
    "ExpiredTokenException": kinds.EXPIRED_KEY,
    "InvalidToken": kinds.EXPIRED_KEY,
    "TokenRefreshRequired": kinds.EXPIRED_KEY,
    "SlowDown": kinds.BUSY,
    "ServiceUnavailable": kinds.BUSY,
    "InternalError": kinds.BUSY,
    "XMinioServerNotInitialized": kinds.BUSY,
    "OperationAborted": kinds.BUSY,
    "502": kinds.BUSY,
    "503": kinds.BUSY,
    "504": kinds.BUSY,
    "XMinioStorageFull": kinds.FULL,
    "QuotaExceeded": kinds.FULL,
    "XMinioAdminBucketQuotaExceeded": kinds.FULL,
    "InsufficientStorage": kinds.FULL,
    "507": kinds.FULL,
}
_TROUBLES = {
    Trouble.UNKNOWN_HOST: kinds.UNKNOWN_HOST,
    Trouble.REFUSED: kinds.REFUSED,
    Trouble.SILENT: kinds.SILENT,
    Trouble.UNREACHABLE: kinds.SILENT,
    Trouble.CLOSED: kinds.CLOSED,
    Trouble.NO_TLS: kinds.NO_TLS,
    Trouble.UNKNOWN_CA: kinds.UNKNOWN_CA,
    Trouble.WRONG_NAME: kinds.WRONG_NAME,
    Trouble.EXPIRED: kinds.EXPIRED,
}
_NO_KEY = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)


@dataclass(frozen=True)
class Refusal:
    """Why a call failed. ``code`` is the server's, or empty when it was not reached."""

    kind: Kind
    code: str = ""
    expected: str = ""

    @property
    def denied(self) -> bool:
        """Whether a right is missing."""
        return self.code in DENIED

    @property
    def absent(self) -> bool:
        """Whether the server does not support the call."""
        return self.code in NOT_THERE

    def at(self, name: str, store: BucketStorage) -> CheckResult:
        """Return the refusal as a finding about a storage."""
        where = urlsplit(store.client.meta.endpoint_url)
        port = f", port {where.port}" if where.port else ""
        return self.kind.at(
            name,
            bucket=store.bucket_name,
            region=store.region_name,
            expected=f", but in {self.expected}" if self.expected else "",
            host=where.hostname,
            where=f"{where.hostname}{port}",
            code=self.code,
            answer=self.code or "it does not answer in XML",
            by="",
        )


def of(error: Exception, endpoint: str) -> Refusal:
    """Return the refusal that an exception of a call to an endpoint means."""
    refusal = _of(error)
    if refusal.kind in (kinds.CLOSED, kinds.NO_S3) and endpoint.startswith("http:"):
        address = urlsplit(endpoint)
        if ports.speaks_tls(address.hostname or "", address.port or 80):
            return Refusal(kinds.WANTS_TLS)
    return refusal


def _of(error: Exception) -> Refusal:
    if isinstance(error, ClientError):
        return _of_answer(error)
    if isinstance(error, _NO_KEY):
        return Refusal(kinds.NO_KEY)
    if isinstance(error, ResponseParserError):
        return Refusal(kinds.NO_S3)
    if isinstance(error, RecursionError):  # the SDK's end of a redirect loop
        return Refusal(kinds.WRONG_REGION)
    if kind := _TROUBLES.get(trouble.of(error) or Trouble.CLOSED):
        known = trouble.of(error) is not None or isinstance(error, BotoCoreError)
        return Refusal(kind) if known else Refusal(kinds.OTHER, type(error).__name__)
    return Refusal(kinds.OTHER, type(error).__name__)


def _of_answer(error: ClientError) -> Refusal:
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), str(told.get("Message", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    # "the region 'us-east-1' is wrong; expecting 'eu-west-1'"
    named = re.search(r"expecting '([a-z0-9-]+)'", message)
    expected = named[1] if named else str(told.get("Region") or "")
    return Refusal(_kind(code, str(status)), code or str(status), expected)


def _kind(code: str, status: str) -> Kind:
    if code in _CODES:
        return _CODES[code]
    if code in DENIED:
        return kinds.NO_ACCESS
    if code.startswith("KMS"):
        return kinds.ENCRYPTION
    # Without a code in XML, the SDK uses the status as the code.
    return kinds.NO_S3 if code in ("", status) else kinds.OTHER
