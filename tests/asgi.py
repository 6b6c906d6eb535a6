"""Ask an ASGI application one thing, without a server between."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """What an application sent."""

    events: list[Any] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.events[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.events[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(event.get("body", b"") for event in self.events[1:])

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def scope_of(
    path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    """The scope of an HTTP request; ``?query`` in the path is its query string."""
    path, _, query = path.partition("?")
    named = {"host": "testserver", **(headers or {})}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 40000),
        "server": ("testserver", 80),
        **more,
    }


async def ask(
    app: Callable[..., Awaitable[None]], scope: dict[str, Any], body: bytes = b""
) -> Answer:
    """Send one request with its body in one piece."""
    answer = Answer()
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        answer.events.append(event)

    await app(scope, receive, send)
    return answer
