"""Requests of tus in any order, valid or not: offset, bytes and hash always agree."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from datetime import timedelta
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

from accounts import api_keys, throttling
from accounts.models import User
from config.asgi import application
from videos.ingest import delegated
from videos.ingest.receiving import hashing, spool
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Source, Upload

BYTES = "application/offset+octet-stream"
MOST = 400
WRONG = ("offset", "type", "version", "checksum", "much", "size", "nobody")
_NO_TUS: dict[str, Any] = {"tus-resumable": None}
DATA = hashlib.shake_128(b"data").digest(MOST)
Headers = dict[str, str]


class Machine(RuleBasedStateMachine):
    """One upload at a time, and what is known of it: a user's, by a key."""

    owner: User
    key: str

    def __init__(self) -> None:
        super().__init__()
        self.url, self.sent = "", 0
        self.size: int | None = None
        self.is_over = True

    def begin(self) -> str:
        """The address at which the next upload is created."""
        return "/api/v1/tus/"

    @precondition(lambda self: self.is_over)
    @rule(size=st.integers(1, MOST), deferred=st.booleans(), at_once=st.integers(0, MOST))
    def create(self, size: int, deferred: bool, at_once: int) -> None:
        about: dict[str, Any] = {"upload-length": str(size)}
        if deferred:
            about = {"upload-defer-length": "1"}
        body = DATA[: min(at_once, size)]
        about |= {"content-type": BYTES} if body else {}
        status, headers = self.ask("POST", self.begin(), [body], **about)
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

    @precondition(lambda self: self.takes_more)
    @rule(data=st.data(), name=st.sampled_from(["", "sha256"]))
    def break_off(self, data: st.DataObject, name: str) -> None:
        """The line breaks; what arrived is kept unless its checksum cannot be known."""
        end = data.draw(st.integers(self.sent, (self.size or MOST) - 1))
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
        url = self.url
        if wrong == "nobody":
            url, wanted["nobody"] = self.send_as_nobody(about)
        status, _ = self.ask("PATCH", url, [body], **about)
        assert status == {**wanted, "size": 409 if self.size else 413}[wrong]

    def send_as_nobody(self, about: dict[str, Any]) -> tuple[str, int]:
        """Let a request come from somebody else; return where to, and what is answered."""
        about["authorization"] = "Bearer nobody"
        return self.url, 401

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
    def takes_more(self) -> bool:
        """Whether there are bytes that have not been sent."""
        return not self.is_over and self.sent < MOST

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
        sent = {name: value for name, value in headers.items() if value is not None}
        return asyncio.run(_ask(method, url, blocks, breaks, sent))


class AddressMachine(Machine):
    """The same at the addresses of delegated uploads, which take chunks and whole files too."""

    def begin(self) -> str:
        if self.is_over:
            upload = delegated.create(
                self.owner, VideoSettings(), limits=Limits(), expires_in=timedelta(hours=1)
            )
            return delegated.path_of(upload.pk)
        return self.url

    @property
    def upload_id(self) -> UUID:
        return delegated.upload_of(self.url)

    def send_as_nobody(self, about: dict[str, Any]) -> tuple[str, int]:
        return f"{self.url[:-1]}{'A' if self.url[-1] != 'A' else 'B'}", 404

    @precondition(lambda self: not self.is_over)
    @rule(size=st.integers(1, MOST), at_once=st.integers(0, MOST))
    def begin_again(self, size: int, at_once: int) -> None:
        """What arrived before is dropped; a size that was told stays."""
        self.create(self.size or size, False, at_once)

    @precondition(lambda self: self.takes_more)
    @rule(data=st.data())
    def put_chunk(self, data: st.DataObject) -> None:
        """Bytes that came before may come again."""
        first = data.draw(st.integers(0, self.sent))
        end = data.draw(st.integers(first + 1, self.size or MOST))
        status, headers = self.put(data, DATA[first:end], first)
        end = max(end, self.sent)
        assert status == (200 if end == self.size else 308)
        assert headers.get("range") == (None if status == 200 else f"bytes=0-{end - 1}")
        self.arrived(end)

    @precondition(lambda self: not self.is_over and self.sent)
    @rule(data=st.data())
    def put_other_bytes(self, data: st.DataObject) -> None:
        """Refused, and what is there stays."""
        body = bytes([DATA[0] ^ 1]) + DATA[1 : self.sent]
        assert self.put(data, body, 0)[0] == 409

    @precondition(lambda self: not self.is_over and self.sent + 1 < (self.size or MOST))
    @rule(data=st.data())
    def put_after_a_gap(self, data: st.DataObject) -> None:
        first = self.sent + 1
        assert self.put(data, DATA[first : first + 1], first)[0] == 409

    @precondition(lambda self: not self.is_over)
    @rule(data=st.data())
    def put_all(self, data: st.DataObject) -> None:
        """It begins from the start, whatever is there."""
        size = self.size or MOST
        assert self.ask("PUT", self.url, self.cut(data, DATA[:size]), **_NO_TUS)[0] == 200
        self.size = size
        self.arrived(size)

    def put(self, data: st.DataObject, body: bytes, first: int) -> tuple[int, Headers]:
        told = f"bytes {first}-{first + len(body) - 1}/{self.size or '*'}"
        about = {**_NO_TUS, "content-range": told}
        return self.ask("PUT", self.url, self.cut(data, body), **about)


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


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sends too many requests."""
    for name in ("of_user", "of_upload", "of_wrong_key"):
        monkeypatch.setattr(throttling, name, lambda *_, **__: None)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("examples", "steps"), [(6, 20), pytest.param(60, 40, marks=pytest.mark.thorough)]
)
@pytest.mark.parametrize("machine", [Machine, AddressMachine])
def test_offset_bytes_and_hash_agree_whatever_is_sent(
    machine: type[Machine], examples: int, steps: int, owner: User, unlimited: None
) -> None:
    Machine.owner, Machine.key = owner, api_keys.issue(owner, name="test")[1]
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)
    connections.close_all()
