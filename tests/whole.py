"""Ask the whole ASGI application as it is served, all that stands before Django included."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx

from config.asgi import application
from tests.described import require_told
from videos.api.schema.protocols import PROTOCOLS

_SPOKEN = tuple(spoken.path.partition("{")[0] for spoken in PROTOCOLS)


async def ask(method: str, path: str, *, key: str | None = None, **about: Any) -> httpx.Response:
    """One request; ``key`` is an API key. Answers of protocols have to be as described."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    headers |= about.pop("headers", {})
    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]  # its own mapping
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answer = await client.request(method, path, headers=headers, **about)
    if path.startswith(_SPOKEN):
        require_told(method, path, answer.status_code, answer.headers, answer.content)
    return answer
