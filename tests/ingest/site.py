"""The product, its owner, and a server that it may fetch from."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.bad_server import Answer as Answering
from tests.bad_server import Asked, BadServer, Wire
from tests.ingest.line import Answer, Line, close_all
from tests.servers.app import Vodloom

_PATIENCE = 90.0
_PAUSE = 0.2
_ACTED_UPON_WITHIN = 15.0
_HURRY = """
from django.db.models.functions import Now
from videos.models import HookDelivery
HookDelivery.objects.filter(state="received", tries__gt=0).update(next_at=Now())
"""
VICTIMS = ("web", "light", "reconciler")


class Refused(Exception):
    """Raised when a server refuses a request for good."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status, answer.body)
        self.answer = answer


@dataclass
class Film:
    """A file that comes in, under which title and name. With ``returns`` its client comes back
    after its line broke, and otherwise never."""

    title: str
    data: bytes
    returns: bool = True
    name: str = "film.mp4"

    @property
    def half(self) -> int:
        """The offset of its middle."""
        return len(self.data) // 2


@dataclass
class Held:
    """A file on another server, of which the second half waits until ``rest`` is set."""

    data: bytes
    half_sent: threading.Event
    rest: threading.Event
    name: str

    @classmethod
    def of(cls, film: Film) -> Held:
        """Hold the rest of this film back."""
        return cls(film.data, threading.Event(), threading.Event(), film.name)

    def answering(self) -> Answering:
        """Return how a server sends the file, with ranges."""

        def answer(asked: Asked, wire: Wire) -> None:
            told = asked.headers.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-")
            begin, size = int(told), len(self.data)
            part = {"Content_Range": f"bytes {begin}-{size - 1}/{size}"} if begin else {}
            name = self.name.encode(errors="surrogateescape").decode("latin-1")
            named = {"Content_Disposition": f'attachment; filename="{name}"'}
            wire.answer(
                206 if begin else 200, b"", length=size - begin, ETag='"1"', **part, **named
            )
            middle = max(begin, size // 2)
            wire.send(self.data[begin:middle])
            self.half_sent.set()
            self.rest.wait(_PATIENCE)
            wire.send(self.data[middle:])

        return answer


@dataclass
class Site:
    """A running product, its owner's key, and a server that it may fetch from."""

    vodloom: Vodloom
    key: str
    files: BadServer

    def kill(self, victims: Iterable[str]) -> None:
        """SIGKILL these processes at once, and start them again."""
        for name in victims:
            self.vodloom.kill(name)
        for name in victims:
            self.vodloom.start(name)

    @property
    def auth(self) -> dict[str, str]:
        """The header of the owner's requests."""
        return {"Authorization": f"Bearer {self.key}"}

    def line(self, method: str, path: str, **headers: object) -> Line:
        """Begin a request without the owner's key."""
        where = urlsplit(self.vodloom.url)
        return Line((where.hostname or "", where.port or 0), method, path, **headers)

    def ask(
        self, method: str, path: str, body: bytes | dict[str, Any] = b"", **headers: object
    ) -> Answer:
        """Send a whole request, as the owner; a dict is sent as JSON."""
        if isinstance(body, dict):
            body, headers = json.dumps(body).encode(), {"Content_Type": "application/json"}
        line = self.line(method, path, **self.auth, **headers, Content_Length=len(body))
        line.send(body)
        return line.answer()

    def until(self, *statuses: int, of: Callable[[], Answer]) -> Answer:
        """Repeat a request until it is answered so. What a client may repeat is a broken line, a
        server that is away, and one that still holds what a killed one held."""
        deadline = time.monotonic() + _PATIENCE
        while (answer := of()).status not in statuses:
            may_repeat = answer.status in (0, 409, 423, 429) or answer.status >= 500
            if not may_repeat:
                raise Refused(answer)
            assert time.monotonic() < deadline, (answer.status, answer.body)
            time.sleep(_PAUSE)  # the interval of polling; the deadline is above
        return answer

    def judged(self, wanted: Iterable[Film], *, may_fail: bool = False) -> list[str]:
        """Return what is wrong when everything has come to its end: see ``judging.main``."""
        close_all()
        told = [(film.title, hashlib.sha256(film.data).hexdigest()) for film in wanted]
        asked = f"judging.main({told!r}, may_fail={may_fail})"
        said = self.vodloom.manage(
            "shell", "-v", "0", "-c", f"from tests.ingest import judging; {asked}"
        )
        (line,) = [one for one in said.splitlines() if one.startswith("WRONG ")]
        return list(json.loads(line.removeprefix("WRONG ")))

    def wait_for_report(self, event: threading.Event) -> None:
        """Wait until a report is acted upon. One whose worker was killed waits two minutes, which
        are passed over here."""
        deadline = time.monotonic() + _PATIENCE
        while not event.wait(_ACTED_UPON_WITHIN):
            self.vodloom.manage("shell", "-v", "0", "-c", _HURRY)
            assert time.monotonic() < deadline, "the report was not acted upon"


def wait_for(event: threading.Event, what: str) -> None:
    """Wait until something has happened on another server."""
    assert event.wait(_PATIENCE), f"after {_PATIENCE:g} s still not: {what}"
