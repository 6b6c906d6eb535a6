"""An address of the API means the same with and without the final slash."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from config.final_slash import FinalSlash

TRANSCRIPT = "/api/v1/videos/01a21eb5-5690-7327-acd0-bd8a4492f1f1/transcript.txt"


def seen(path: str) -> tuple[str, bytes]:
    """What the routes see of a path, and of it as it was sent."""
    scopes: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)

    sent: Any = {"type": "http", "path": path, "raw_path": path.encode()}
    nothing: Any = None
    asyncio.run(FinalSlash(app)(sent, nothing, nothing))
    return scopes[0]["path"], scopes[0]["raw_path"]


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/v1/videos", "/api/v1/videos/"),
        ("/api/v1/videos/", "/api/v1/videos/"),
        ("/ws/feed", "/ws/feed/"),
        (TRANSCRIPT, TRANSCRIPT),
        (f"{TRANSCRIPT}/", TRANSCRIPT),
        ("/api/v1/videos/x/transcript.txt/more", "/api/v1/videos/x/transcript.txt/more/"),
        ("/watch/1", "/watch/1"),
    ],
)
def test_the_final_slash_makes_no_difference(path: str, route: str) -> None:
    assert seen(path) == (route, route.encode())
