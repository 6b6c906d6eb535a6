"""Send one message: signed, within 15 seconds altogether, to a checked address, and without
redirects. Of the answer 2 KB are read, whatever its length."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import requests
from standardwebhooks import Webhook
from urllib3.exceptions import HTTPError, NewConnectionError

from videos.fetching import pinned
from videos.fetching.client import cause_of
from videos.fetching.errors import FetchFailed
from videos.fetching.watch import Watch
from videos.webhooks import addresses
from videos.webhooks.retries import GONE, Answer

SECONDS = 15.0
"""How long connecting, sending and the whole answer may take."""
MOST_READ = 2048
_AGENT = "Vodloom-Webhooks"
_CODES = {
    "fetch_forbidden_address": addresses.FORBIDDEN,
    "fetch_timeout": "webhook_timeout",
    "fetch_stalled": "webhook_timeout",
}


@dataclass(frozen=True)
class Parcel:
    """A claimed delivery with all that is needed to send it and to note what came of it; no
    ``secrets`` if they cannot be read. ``tries`` counts this one too, ``attempts`` does not."""

    delivery: UUID
    claim: UUID
    endpoint: UUID
    owner: UUID
    is_slow: bool
    url: str
    webhook_id: str
    body: str
    tries: int
    tried_at: datetime | None
    attempts: Sequence[Any]
    secrets: tuple[str, ...] = field(repr=False)


class Unwanted(Exception):
    """Raised just before a request is written, if it must not be; with the reason's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def send(parcel: Parcel, sending: Callable[[], AbstractContextManager[None]]) -> Answer:
    """Send a parcel and return what came of it. The request is written within ``sending``, which
    may raise ``Unwanted``."""
    if not parcel.secrets:
        return Answer(None, "webhook_secret_unreadable", "", 0, {})
    began = time.monotonic()
    headers = _headers(parcel)
    with Watch(lambda: None, seconds=SECONDS, silence=SECONDS) as watch:
        status, error, text, after = _exchanged(parcel, headers, watch, sending)
    took = round((time.monotonic() - began) * 1000)
    return Answer(status, error, text, took, headers, after)


def _headers(parcel: Parcel) -> dict[str, str]:
    now = datetime.now(UTC)
    signed = (
        Webhook(one).sign(msg_id=parcel.webhook_id, timestamp=now, data=parcel.body)
        for one in parcel.secrets
    )
    return {
        "Content-Type": "application/json",
        "User-Agent": _AGENT,
        "webhook-id": parcel.webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def _exchanged(
    parcel: Parcel,
    headers: dict[str, str],
    watch: Watch,
    sending: Callable[[], AbstractContextManager[None]],
) -> tuple[int | None, str, str, str]:
    """Return the status, the error's code, the beginning of the answer and its Retry-After."""
    way = pinned.Way(addresses.resolve, watch.add, SECONDS, SECONDS, sending)
    status: int | None = None
    text, after = "", ""
    try:
        with pinned.session(way, agent=_AGENT) as session, _posted(session, parcel, headers) as got:
            status, after = got.status_code, got.headers.get("Retry-After", "")[:100]
            text = _beginning(got)
            watch.check()
    except FetchFailed as failure:
        return status, _CODES.get(failure.code, "webhook_unreachable"), text, after
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        return status, _code_of(error, watch), text, after
    return status, _refusal(status), text, after


def _posted(
    session: requests.Session, parcel: Parcel, headers: dict[str, str]
) -> requests.Response:
    return session.post(
        parcel.url,
        data=parcel.body.encode(),
        headers={**headers, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"},
        stream=True,
        allow_redirects=False,
    )


def _beginning(answer: requests.Response) -> str:
    """Return at most 2 KB of the body, as text that any database can store."""
    found = b""
    while len(found) < MOST_READ:
        block = answer.raw.read(MOST_READ - len(found), decode_content=False)
        if not block:
            break
        found += block
    return found.decode(errors="replace").replace("\0", "\ufffd")


def _refusal(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if status == GONE:
        return "webhook_gone"
    return "webhook_redirected" if 300 <= status < 400 else "webhook_refused"


def _code_of(error: Exception, watch: Watch) -> str:
    try:
        watch.check()
    except FetchFailed:
        return "webhook_timeout"
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, FetchFailed):
            return _CODES.get(seen.code, "webhook_unreachable")
        if isinstance(seen, NewConnectionError):
            return "webhook_unreachable"
        seen = cause_of(seen)
    if isinstance(error, requests.exceptions.SSLError):
        return "webhook_bad_certificate"
    if isinstance(error, requests.exceptions.Timeout):
        return "webhook_timeout"
    return "webhook_broken_off"
