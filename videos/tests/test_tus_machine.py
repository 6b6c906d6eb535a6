"""Requests of tus in any order, valid or not: offset, bytes and hash always agree."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import api_keys
from accounts.models import User
from config.asgi import application
from videos.ingest.receiving import hashing, spool
from videos.models import Source, Upload

BYTES = "application/offset+octet-stream"
MOST = 400
WRONG = ("offset", "type", "version", "checksum", "much", "size", "nobody")
DATA = hashlib.shake_128(b"data").digest(MOST)
Headers = dict[str, str]


class Machine(RuleBasedStateMachine):
    """One upload at a time, and what is known of it."""

    key: str

    def __init__(self) -> None:
        super().__init__()
        self.url, self.sent = "", 0
        self.size: int | None = None
        self.is_over = True

    @precondition(lambda self: self.is_over)
    @rule(size=st.integers(1, MOST), deferred=st.booleans(), at_once=st.integers(0, MOST))
    def create(self, size: int, deferred: bool, at_once: int) -> None:
        about: dict[str, Any] = {"upload-length": str(size)}
        if deferred:
            about = {"upload-defer-length": "1"}
        body = DATA[: min(at_once, size)]
        about |= {"content-type": BYTES} if body else {}
        status, headers = self.ask("POST", "/api/v1/tus/", [body], **about)
        assert status == 201
        self.url, self.sent = headers["location"], len(body)
        self.size = None if deferred else size
        self.is_over = self.sent == self.size

    @precondition(lambda self: not self.is_over)
    @rule(data=st.data(), override=st.booleans(), name=st.sampled_from(["", "sha1", "md5"]))
    def append(self, data: st.DataObject, override: bool, name: str) -> None:
        end = data.draw(st.integers(self.sent, self.size or MOST))
        body = DATA[self.sent : end]
        about: dict[str, Any] = self.checksum(name, body) if name else {}
        about |= {"x-http-method-override": "PATCH"} if override else {}
        method = "POST" if override else "PATCH"
        status, headers = self.ask(method, self.url, self.cut(data, body), **self.at(), **about)
        assert (status, headers["upload-offset"]) == (204, str(end))
        self.arrived(end)

    @precondition(lambda self: not self.is_over)
    @rule(data=st.data(), name=st.sampled_from(["", "sha256"]))
    def break_off(self, data: st.DataObject, name: str) -> None:
        """The line breaks; what arrived is kept unless its checksum cannot be known."""
        end = data.draw(st.integers(self.sent, (self.size or MOST) - 1))
        end = max(end, self.sent)
        body = DATA[self.sent : end]
        about: dict[str, Any] = self.checksum(name, b"more") if name else {}
        more = str(len(body) + 1) if end < (self.size or MOST) else str(len(body))
        status, _ = self.ask(
            "PATCH",
            self.url,
            self.cut(data, body),
            breaks=True,
            **self.at(),
            **about,
            **_length(more),
        )
        assert status == 0
        if not name:
            self.sent = end

    @precondition(lambda self: not self.is_over)
    @rule(
        wrong=st.sampled_from(["offset", "type", "version", "checksum", "much", "size", "nobody"])
    )
    def send_wrongly(self, wrong: str) -> None:
        """Refused, and nothing is written."""
        body, about = DATA[self.sent : self.sent + 1], self.at()
        wanted = {"offset": 409, "type": 415, "version": 412, "checksum": 460, "much": 413}
        if wrong == "offset":
            about["upload-offset"] = str(self.sent + 1)
        elif wrong == "type":
            about["content-type"] = "text/plain"
        elif wrong == "version":
            about["tus-resumable"] = "0.1.0"
        elif wrong == "checksum":
            about |= self.checksum("sha1", b"other bytes")
        elif wrong == "much":
            about["content-length"] = str(10**15)
        elif wrong == "size":
            about["upload-length"] = str(self.size + 1 if self.size else 10**15)
        else:
            about["authorization"] = "Bearer nobody"
        status, _ = self.ask("PATCH", self.url, [body], **about)
        size = 409 if self.size else 413
        assert status == {**wanted, "size": size, "nobody": 401}[wrong]

    @precondition(lambda self: not self.is_over and self.size is None)
    @rule(more=st.integers(1, MOST))
    def tell_size(self, more: int) -> None:
        self.size = min(MOST, self.sent + more)
        about = self.at() | {"upload-length": str(self.size)}
        status, _ = self.ask("PATCH", self.url, [], **about)
        assert status == 204
        self.arrived(self.sent)

    @precondition(lambda self: not self.is_over)
    @rule()
    def terminate(self) -> None:
        assert self.ask("DELETE", self.url, [])[0] == 204
        assert self.ask("HEAD", self.url, [])[0] == 410
        assert self.ask("PATCH", self.url, [b"x"], **self.at())[0] == 410
        assert not spool.path_of(self.upload_id).exists()
        self.is_over, self.url = True, ""

    @rule()
    def restart(self) -> None:
        """What a process had in memory is gone."""
        hashing._kept.clear()

    @invariant()
    def offset_bytes_and_hash_agree(self) -> None:
        if not self.url:
            return
        status, headers = self.ask("HEAD", self.url, [])
        assert (status, headers["upload-offset"]) == (200, str(self.sent))
        assert headers.get("upload-length") == (str(self.size) if self.size else None)
        if self.is_over:
            source = Source.objects.get(key=Upload.objects.get(pk=self.upload_id).key)
            assert source.sha256 == hashlib.sha256(DATA[: self.sent]).hexdigest()
        elif self.sent:
            assert spool.path_of(self.upload_id).read_bytes() == DATA[: self.sent]

    @property
    def upload_id(self) -> UUID:
        return UUID(self.url.rpartition("/")[2])

    def at(self) -> dict[str, Any]:
        return {"upload-offset": str(self.sent), "content-type": BYTES}

    def arrived(self, end: int) -> None:
        self.sent = end
        self.is_over = end == self.size

    @staticmethod
    def checksum(name: str, body: bytes) -> dict[str, Any]:
        digest = base64.b64encode(hashlib.new(name, body).digest()).decode()
        return {"upload-checksum": f"{name} {digest}"}

    @staticmethod
    def cut(data: st.DataObject, body: bytes) -> list[bytes]:
        at = data.draw(st.integers(0, len(body)))
        return [body[:at], body[at:]]

    def ask(
        self, method: str, url: str, blocks: list[bytes], *, breaks: bool = False, **about: Any
    ) -> tuple[int, Headers]:
        """Return the status, 0 without an answer, and the headers."""
        headers = {
            "host": "testserver",
            "tus-resumable": "1.0.0",
            "authorization": f"Bearer {self.key}",
            "content-length": str(sum(map(len, blocks))),
            **about,
        }
        return asyncio.run(_ask(method, url, blocks, breaks, headers))


def _length(text: str) -> dict[str, Any]:
    return {"content-length": text}


async def _ask(
    method: str, url: str, blocks: list[bytes], breaks: bool, headers: Headers
) -> tuple[int, Headers]:
    events: list[Any] = [
        {"type": "http.request", "body": block, "more_body": breaks or number < len(blocks)}
        for number, block in enumerate(blocks, 1)
    ] or [{"type": "http.request", "body": b"", "more_body": breaks}]
    answer: list[Any] = []

    async def receive() -> Any:
        return events.pop(0) if events else {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        answer.append(event)

    scope: Any = {
        "type": "http",
        "method": method,
        "path": url,
        "raw_path": url.encode(),
        "query_string": b"",
        "scheme": "http",
        "http_version": "1.1",
        "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await application(scope, receive, send)
    if not answer:
        return 0, {}
    found = {name.decode(): value.decode() for name, value in answer[0]["headers"]}
    return answer[0]["status"], found


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_offset_bytes_and_hash_agree_whatever_is_sent(
    owner: User, settings_of_machine: settings
) -> None:
    Machine.key = api_keys.issue(owner, name="test")[1]
    run_state_machine_as_test(Machine, settings=settings_of_machine)
    connections.close_all()


@pytest.fixture
def settings_of_machine() -> settings:
    return settings(
        max_examples=10,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
