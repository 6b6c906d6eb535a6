"""A body over the limit is refused before it is read."""

import asyncio
from typing import Any

import pytest

from config.body_guard import FORM_BYTES, BodyGuard, Pace, Refusal

LIMIT = 10_000_000


class Request:
    """A request whose body is read piece by piece, counted."""

    def __init__(self, path: str, pieces: list[bytes], length: int | None) -> None:
        headers = [(b"content-type", b"multipart/form-data; boundary=x")]
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        self.scope: Any = {"type": "http", "path": path, "headers": headers, "method": "POST"}
        self.pieces = pieces
        self.read = 0
        self.sent: list[Any] = []
        self.refusal: Refusal | None = None
        self.pace = Pace()

    async def admit(self, scope: Any, announced: int | None) -> Refusal | None:
        return self.refusal

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

        guard = BodyGuard(
            app,
            upload_paths={"/up/": LIMIT},
            admit=self.admit,
            pace=self.pace,
            form_paths={"/of/[^/]+/picture/": LIMIT},
        )
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
    no_form = Request("/up/", [b"x"], length=FORM_BYTES + 1)
    no_form.scope["headers"][0] = (b"content-type", b"application/json")
    assert await no_form.answer() == 413


@pytest.mark.anyio
async def test_a_path_may_take_a_form_or_a_small_body() -> None:
    path = "/of/one/picture/"
    assert await Request(path, [b"x"], length=LIMIT).answer() == 200
    assert await Request(path, [b"x"], length=LIMIT * 2).answer() == 413
    assert await Request(f"{path}more/", [b"x"], length=LIMIT).answer() == 413
    for length, status in ((FORM_BYTES, 200), (FORM_BYTES + 1, 413)):
        plain = Request(path, [b"x"], length=length)
        plain.scope["headers"][0] = (b"content-type", b"application/json")
        plain.refusal = Refusal(403, "upload_not_allowed", "No.")  # that of forms alone
        assert await plain.answer() == status
    form = Request(path, [b"x"], length=3)
    form.refusal = Refusal(403, "upload_not_allowed", "No.")
    assert await form.answer() == 403


@pytest.mark.anyio
async def test_what_fits_passes() -> None:
    assert await Request("/up/", [b"x" * 1000] * 3, length=3000).answer() == 200


@pytest.mark.anyio
@pytest.mark.parametrize("charset", ["idna", "utf-16", "utf-7", "zip", "latin-1", "no such"])
async def test_text_is_taken_in_utf8_alone(charset: str) -> None:
    request = Request("/up/", [b"x"] * 3, length=3)
    request.scope["headers"][0] = (b"content-type", f'x/y; a=b; Charset="{charset}"'.encode())
    assert await request.answer() == 415
    assert request.read == 0


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["x/y", "x/y; charset=UTF-8", 'x/y;charset="utf8"', "", "é;="])
async def test_what_names_no_other_charset_passes(kind: str) -> None:
    request = Request("/up/", [b"x"] * 3, length=3)
    request.scope["headers"][0] = (b"content-type", kind.encode())
    assert await request.answer() == 200


@pytest.mark.anyio
async def test_who_may_not_upload_is_told_before_the_first_byte() -> None:
    request = Request("/up/", [b"x"] * 3, length=3)
    request.refusal = Refusal(401, "not_authenticated", "Log in.", ((b"www-authenticate", b"B"),))
    assert await request.answer() == 401
    assert request.read == 0
    assert (b"connection", b"close") in request.sent[0]["headers"]
    assert (b"www-authenticate", b"B") in request.sent[0]["headers"]
    elsewhere = Request("/other/", [b"x"], length=1)
    elsewhere.refusal = request.refusal
    assert await elsewhere.answer() == 200


@pytest.mark.anyio
async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    request = Request("/up/", [], length=3)

    async def nothing() -> Any:
        await asyncio.Event().wait()

    request.receive = nothing  # type: ignore[method-assign]  # a client that dawdles
    request.pace = Pace(grace=0.1)
    assert await request.answer() == 408
    assert b"body_too_slow" in request.sent[1]["body"]


@pytest.mark.parametrize(
    ("since", "seen", "left"),
    [(0, 0, 60), (59, 0, 1), (61, 0, -1), (61, 10_000, 9), (1000, 10_000_000, 60)],
)
def test_a_body_may_take_a_while_and_then_comes_at_a_pace(
    since: float, seen: int, left: float
) -> None:
    assert Pace(grace=60, bytes_per_second=1000).seconds_left(since, seen) == left
