"""Clients of the live feed in tests: a socket and an event stream of the whole ASGI application."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.testing import ApplicationCommunicator

from config.asgi import application
from videos.feed.socket import PATH

SECONDS = 20


class Socket:
    """An open socket."""

    def __init__(self, talk: Any) -> None:
        self._talk = talk
        self._waiting: list[dict[str, Any]] = []

    async def hear(self) -> dict[str, Any]:
        """The next message, or the close; several in a frame come one by one."""
        if not self._waiting:
            said = await self._talk.receive_output(SECONDS)
            if said["type"] == "websocket.close":
                return {"type": "close", "code": said["code"]}
            message = json.loads(said["text"])
            self._waiting = message["events"] if message["type"] == "events" else [message]
        return self._waiting.pop(0)

    async def say(self, message: Any) -> None:
        """Send a message as JSON, or a text as it stands."""
        text = message if isinstance(message, str) else json.dumps(message)
        await self._talk.send_input({"type": "websocket.receive", "text": text})

    async def ask(self, message: Any) -> dict[str, Any]:
        """Send a message and hear the next."""
        await self.say(message)
        return await self.hear()

    async def is_silent(self) -> bool:
        """Whether nothing more has come."""
        return not self._waiting and await self._talk.receive_nothing(0.3)


@asynccontextmanager
async def socket(key: str = "", query: str = "", **headers: str) -> AsyncIterator[Socket]:
    """An open socket, of an API key or by other headers."""
    talk: Any = ApplicationCommunicator(application, _scope("websocket", PATH, query, key, headers))  # type: ignore[no-untyped-call]  # asgiref has no types
    await talk.send_input({"type": "websocket.connect"})
    assert (await talk.receive_output(SECONDS))["type"] == "websocket.accept"
    try:
        yield Socket(talk)
    finally:
        await talk.send_input({"type": "websocket.disconnect", "code": 1000})
        await talk.wait(SECONDS)


class Stream:
    """An answer that is an event stream, or a problem."""

    def __init__(self, talk: Any, start: dict[str, Any]) -> None:
        self._talk = talk
        self.status: int = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self._text = ""
        self._is_over = False

    async def block(self) -> dict[str, str]:
        """The fields of the next block; empty when the stream has ended."""
        while "\n\n" not in self._text:
            if self._is_over:
                return {}
            said = await self._talk.receive_output(SECONDS)
            self._text += said["body"].decode()
            self._is_over = not said.get("more_body")
        block, _, self._text = self._text.partition("\n\n")
        pairs = (line.partition(":") for line in block.split("\n"))
        return {name: value.strip() for name, _, value in pairs}

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        while "data" not in (block := await self.block()):
            if not block:
                return {"type": "over"}
        return {**json.loads(block["data"]), "id": block.get("id"), "named": block["event"]}

    async def problem(self) -> dict[str, Any]:
        """What a refusal tells."""
        found: dict[str, Any] = json.loads((await self._talk.receive_output(SECONDS))["body"])
        return found


@asynccontextmanager
async def stream(
    key: str = "", path: str = "/api/v1/events/", query: str = "", **headers: str
) -> AsyncIterator[Stream]:
    """The answer to a request for an event stream."""
    scope = _scope("http", path, query, key, headers) | {"method": "GET", "http_version": "1.1"}
    talk: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]  # asgiref has no types
    await talk.send_input({"type": "http.request", "body": b"", "more_body": False})
    try:
        yield Stream(talk, await talk.receive_output(SECONDS))
    finally:
        await talk.send_input({"type": "http.disconnect"})
        await talk.wait(SECONDS)


def _scope(kind: str, path: str, query: str, key: str, headers: dict[str, str]) -> dict[str, Any]:
    named = {"host": "testserver"} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    if key:
        named["authorization"] = f"Bearer {key}"
    return {
        "type": kind,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 40000),
        "scheme": "http",
    }
