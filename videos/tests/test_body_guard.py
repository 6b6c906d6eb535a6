"""A body over the limit is refused before it is read."""

from typing import Any

import pytest

from config.body_guard import FORM_BYTES, BodyGuard

LIMIT = 10_000_000


class Request:
    """A request whose body is read piece by piece, counted."""

    def __init__(self, path: str, pieces: list[bytes], length: int | None) -> None:
        headers = [(b"content-length", str(length).encode())] if length is not None else []
        self.scope: Any = {"type": "http", "path": path, "headers": headers, "method": "POST"}
        self.pieces = pieces
        self.read = 0
        self.sent: list[Any] = []

    async def receive(self) -> Any:
        body = self.pieces[self.read]
        self.read += 1
        more = self.read < len(self.pieces)
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(self, event: Any) -> None:
        self.sent.append(event)

    async def answer(self) -> int:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            while (await receive())["more_body"]:
                pass
            await send({"type": "http.response.start", "status": 200, "headers": []})

        guard = BodyGuard(app, upload_path="/up/", upload_bytes=LIMIT)
        await guard(self.scope, self.receive, self.send)
        return int(self.sent[0]["status"])


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_an_announced_length_over_the_limit_is_refused_unread() -> None:
    request = Request("/up/", [b"x"], length=LIMIT * 2)
    assert await request.answer() == 413
    assert request.read == 0
    assert b"import_file" in request.sent[1]["body"]
    assert (b"connection", b"close") in request.sent[0]["headers"]


@pytest.mark.anyio
async def test_without_a_length_it_is_counted_and_stopped() -> None:
    request = Request("/up/", [b"x" * 1_000_000] * 50, length=None)
    assert await request.answer() == 413
    assert request.read == 11


@pytest.mark.anyio
async def test_elsewhere_only_forms_are_taken() -> None:
    assert await Request("/other/", [b"x"], length=FORM_BYTES + 1).answer() == 413
    assert await Request("/other/", [b"x"], length=FORM_BYTES).answer() == 200


@pytest.mark.anyio
async def test_what_fits_passes() -> None:
    assert await Request("/up/", [b"x" * 1000] * 3, length=3000).answer() == 200
