"""A push service on this machine, and browsers that decrypt what it got."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import LazySettings
from py_vapid import Vapid02

from accounts.models import PushMessage, PushSubscription, User
from videos.push import keys, subscriptions
from videos.push.subscriptions import Offered


def base64url(data: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Browser:
    """A browser with a subscription at a push service."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = b"sixteen bytes...."[:16]

    @property
    def keys(self) -> dict[str, str]:
        """The keys as `PushSubscription.toJSON()` has them."""
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return {"p256dh": base64url(point), "auth": base64url(self.secret)}

    def offered(self) -> Offered:
        """Return its subscription."""
        return Offered(self.endpoint, self.keys["p256dh"], self.keys["auth"], user_agent="Firefox")

    def read(self, body: bytes) -> Any:
        """Decrypt a message."""
        return json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret))


class PushService(ThreadingHTTPServer):
    """Answers as it is told, and keeps what it got. ``answers`` may wait before it answers, and
    says whether it takes the message; ``most_at_once`` counts requests that were open together."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 201
        self.headers: dict[str, str] = {}
        self.answers: Callable[[str], bool] = lambda path: True
        self.most_at_once = 0
        self._open = 0
        self._lock = threading.Lock()

    def count(self, more: int) -> None:
        """Count a request that has begun or ended."""
        with self._lock:
            self._open += more
            self.most_at_once = max(self.most_at_once, self._open)

    @property
    def origin(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: PushService

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers["content-length"]))
        self.server.got.append((self.path, headers, body))
        self.server.count(1)
        is_taken = self.server.answers(self.path)
        self.server.count(-1)
        self.send_response(self.server.status if is_taken else 503)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service(settings: LazySettings) -> Iterator[PushService]:
    """A push service whose address the operator allowed."""
    settings.FETCH_PRIVATE = [ip_network("127.0.0.0/8")]
    settings.SITE_URL = "https://vod.example.org"
    with PushService() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def browser(service: PushService) -> Browser:
    """A browser at that service."""
    return Browser(f"{service.origin}/send/one")


@pytest.fixture
def subscription(browser: Browser, owner: User) -> PushSubscription:
    """The owner's subscription of that browser, made by no session."""
    return subscriptions.subscribe(owner, browser.offered())


def is_signed_by_us(headers: dict[str, str], origin: str) -> bool:
    """Whether a request bears a token for this service, made with the key of this site."""
    scheme, _, told = headers["authorization"].partition(" ")
    parts = dict(one.strip().split("=", 1) for one in told.split(","))
    claims = json.loads(base64.urlsafe_b64decode(parts["t"].split(".")[1] + "=="))
    host = urlsplit(origin).netloc
    assert (scheme, parts["k"]) == ("vapid", keys.public())
    assert claims["aud"] == f"http://{host}"
    return bool(Vapid02.verify(f"vapid t={parts['t']},k={parts['k']}"))


def waiting() -> list[str]:
    """Return the titles of the messages that wait."""
    return [one.payload["title"] for one in PushMessage.objects.exclude(next_at=None)]
