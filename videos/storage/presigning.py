"""Presigned addresses of objects in a bucket (AWS Signature Version 4 in the query string).

An SDK signs with the time of the call, so each address is a new one, and browsers fetch again what
they have cached. Here the caller gives the time. A film of several hours has thousands of objects,
so the part that all signatures share is computed once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

LONGEST_SECONDS = 7 * 24 * 3600
"""The longest time for which the protocol lets an address be valid."""
_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Credentials:
    """An access key, and a session token if it is temporary."""

    access_key: str
    secret_key: str
    token: str | None = None


@dataclass(frozen=True)
class Presigner:
    """Signs requests for objects under a base address, which ends with a slash."""

    base: str
    region: str
    credentials: Credentials

    def url(self, key: str, *, since: int, until: int, disposition: str = "") -> str:
        """Return the address that reads an object, signed at ``since`` and valid until ``until``
        (both in seconds since 1970), or for as long as the protocol allows. With ``disposition`` it
        answers with that Content-Disposition."""
        more = {"response-content-disposition": disposition} if disposition else {}
        return self._signed("GET", key, more, since, until)

    def part_url(self, key: str, upload_id: str, number: int, *, since: int, until: int) -> str:
        """Return the address to which a part of a multipart upload is sent by PUT."""
        more = {"partNumber": str(number), "uploadId": upload_id}
        return self._signed("PUT", key, more, since, until)

    def _signed(
        self, method: str, key: str, more: Mapping[str, str], since: int, until: int
    ) -> str:
        """Return a signed address; ``more`` are further parameters, sorted, in small letters."""
        seconds = max(min(until - since, LONGEST_SECONDS), 1)
        query, signing_key, head = _of_all(self, since, seconds)
        if more:  # last, since parameters are signed in byte order
            query += f"&{urlencode(more, quote_via=quote, safe='~')}"
        parts = urlsplit(self.base)
        path = parts.path + quote(key, safe="/~")
        asked = f"{method}\n{path}\n{query}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        text = f"{head}\n{hashlib.sha256(asked.encode()).hexdigest()}"
        signature = hmac.new(signing_key, text.encode(), hashlib.sha256).hexdigest()
        return f"{parts.scheme}://{parts.netloc}{path}?{query}&X-Amz-Signature={signature}"


@lru_cache(maxsize=256)
def _of_all(signer: Presigner, since: int, seconds: int) -> tuple[str, bytes, str]:
    """Return the query, the signing key, and the head of the text to sign."""
    moment = datetime.fromtimestamp(since, UTC)
    time, day = f"{moment:%Y%m%dT%H%M%SZ}", f"{moment:%Y%m%d}"
    scope = f"{day}/{signer.region}/s3/aws4_request"
    asked = {
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": f"{signer.credentials.access_key}/{scope}",
        "X-Amz-Date": time,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    if signer.credentials.token:
        asked["X-Amz-Security-Token"] = signer.credentials.token
    query = urlencode(sorted(asked.items()), quote_via=quote, safe="~")
    key = f"AWS4{signer.credentials.secret_key}".encode()
    for part in (day, signer.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return query, key, f"{_ALGORITHM}\n{time}\n{scope}"
