"""A form that is parsed while it arrives is what Django makes of it when it lies there whole."""

import asyncio
import errno
import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import LazySettings
from django.core.exceptions import RequestAborted
from django.core.files.uploadedfile import UploadedFile
from django.core.handlers.asgi import ASGIRequest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from config import arriving_forms
from config.arriving_forms import arrived, is_form, of_length
from videos.ingest.handlers import HashingUploadHandler

BOUNDARY = b"x-boundary"
END = b"--x-boundary--\r\n"
Told = tuple[Any, Any] | tuple[str, str]


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return tmp_path


def part(disposition: bytes, content: bytes = b"", *headers: bytes) -> bytes:
    lines = [b"Content-Disposition: form-data; " + disposition, *headers]
    return b"--" + BOUNDARY + b"\r\n" + b"\r\n".join(lines) + b"\r\n\r\n" + content + b"\r\n"


def scope_of(kind: bytes = b"multipart/form-data; boundary=" + BOUNDARY, **about: Any) -> Any:
    headers = [(b"host", b"testserver"), (b"content-type", kind)]
    return {"type": "http", "method": "POST", "path": "/", "headers": headers, **about}


def in_pieces(body: bytes, size: int) -> Callable[[], Any]:
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    left = iter(pieces)

    async def receive() -> Any:
        block = next(left, b"")
        return {"type": "http.request", "body": block, "more_body": bool(block)}

    return receive


def told(request: ASGIRequest) -> Told:
    """All that can be seen of a form; or the error, the second time as the first."""
    try:
        fields = dict(request.POST.lists())
    except Exception as error:
        for handler in request.upload_handlers:  # Django leaves what it was writing
            handler.upload_interrupted()
        return type(error).__name__, str(error)
    files = [
        (
            field,
            file.name,
            file.size,
            file.content_type,
            file.charset,
            file.content_type_extra,
            hashlib.sha256(file.read()).hexdigest(),
            file.sha256,  # type: ignore[attr-defined]  # ours
        )
        for field, found in request.FILES.lists()
        for file in found
    ]
    request.close()
    return fields, files


def whole(scope: Any, body: bytes) -> Told:
    return told(ASGIRequest(of_length(scope, len(body)), BytesIO(body)))


def arriving(scope: Any, body: bytes, size: int) -> Told:
    request = asyncio.run(arrived(scope, in_pieces(body, size)))
    assert request is not None
    assert request.META["CONTENT_LENGTH"] == str(len(body))
    return told(request)


FILE = b'name="file"; filename="a.mp4"'
LARGE = bytes(range(256)) * 1200
HOSTILE = {
    "as browsers send it": part(b'name="title"', b"A film")
    + part(FILE, LARGE, b"Content-Type: video/mp4")
    + END,
    "nothing at all": b"",
    "only the end": END,
    "no final boundary": part(b'name="title"', b"A film") + part(FILE, LARGE),
    "cut in a header": part(b'name="title"', b"A film") + b"--x-boundary\r\nContent-Dispo",
    "cut in a boundary": part(b'name="title"', b"x") + part(FILE, LARGE) + b"--x-bound",
    "another boundary": part(FILE, LARGE).replace(BOUNDARY, b"other") + END,
    "the boundary in a file": part(FILE, b"\r\n--x-boundaryy" + LARGE + b"\r\n--x-boundar\r\n")
    + END,
    "a boundary without its line": part(FILE, LARGE + b"--x-boundary" + LARGE) + END,
    "line feeds alone": (part(b'name="title"', b"A film") + END).replace(b"\r\n", b"\n"),
    "text before": b"To whom it may concern\r\n" + part(FILE, LARGE) + END,
    "text after": part(FILE, LARGE) + END + LARGE,
    "base64": part(FILE, b"QUJD\r\nREVG", b"Content-Transfer-Encoding: base64") + END,
    "broken base64": part(FILE, b"QUJDR", b"Content-Transfer-Encoding: base64") + END,
    "base64 in a field": part(b'name="t"', b"QUJD", b"Content-Transfer-Encoding: base64") + END,
    "a name by RFC 2231": part(b"name=\"file\"; filename*=UTF-8''%e2%82%ac%20.mp4", LARGE) + END,
    "a broken name by RFC 2231": part(b"name=\"file\"; filename*=no-such''%ff", LARGE) + END,
    "an empty filename": part(b'name="file"; filename=""', b"") + END,
    "an escaped name": part(b'name="file"; filename="%22q%22.mp4"', LARGE) + END,
    "a path": part(b'name="file"; filename="..\\..\\/etc/passwd"', LARGE) + END,
    "NUL": part(b'name="fi\x00le"; filename="a\x00.mp4"', b"\x00" * 9) + part(b'name="\x00"') + END,
    "no name": part(b'filename="a.mp4"', LARGE) + END,
    "no disposition": b"--x-boundary\r\nContent-Type: text/plain\r\n\r\nx\r\n" + END,
    "no UTF-8": part(b'name="title"', b"\xff\xfe")
    + part(b'name="\xff"; filename="\xfe"', b"x")
    + END,
    "large headers": part(FILE, LARGE, b"X-Large: " + b"x" * 5000) + END,
    "headers for ever": b"--x-boundary\r\n" + b"X-H: y\r\n" * 40_000,
    "nested": part(
        b'name="files"',
        b"--inner\r\nContent-Disposition: file; filename=a\r\n\r\nx\r\n--inner--\r\n",
        b"Content-Type: multipart/mixed; boundary=inner",
    )
    + END,
    "files twice": part(FILE, b"one") + part(FILE, LARGE) + END,
    "too many files": part(FILE, b"x") * 5 + END,
    "too many fields": part(b'name="a"', b"x") * 1001 + END,
    "a field too large": part(b'name="a"', LARGE * 8) + part(FILE, b"x") + END,
    "an empty file": part(FILE, b"") + END,
    "a charset": part(b'name="t"', b"caf\xe9", b"Content-Type: text/plain; charset=latin-1") + END,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("size", [1, 7, 1024, 10**6])
def test_it_is_what_django_makes_of_the_whole(name: str, size: int, folder: Path) -> None:
    body = HOSTILE[name]
    if size < 10 and len(body) > 10_000:
        size = 997  # or it would take minutes
    expected = whole(scope_of(), body)
    assert arriving(scope_of(), body, size) == expected
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "kind",
    [
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b"multipart/form-data; boundary=" + b"x" * 300,
        b"multipart/form-data; boundary=caf\xe9",
        b'Multipart/Form-Data; charset=latin-1; boundary="x-boundary"',
        b"multipart/form-data; charset=nothing; boundary=x-boundary",
    ],
)
def test_odd_content_types_are_what_django_makes_of_them(kind: bytes) -> None:
    body = part(b'name="t"', b"caf\xe9") + part(FILE, LARGE) + END
    assert is_form(scope_of(kind))
    assert arriving(scope_of(kind), body, 1000) == whole(scope_of(kind), body)


PIECES = st.sampled_from(
    [
        *(
            b"\r\n",
            b"\n",
            b"\r",
            b"--",
            b"--x-boundary",
            b"--x-boundary--",
            b"\r\n\r\n",
            b";",
            b'"',
        ),
        *(
            b"Content-Disposition: form-data; name=a",
            b'; filename="f"',
            b"Content-Type: text/plain",
        ),
        *(
            b"Content-Transfer-Encoding: base64",
            b"QUJD",
            b"\x00",
            b"\xff",
            b"a" * 600,
            b"b" * 70_000,
        ),
        *(part(b'name="a"', b"v"), part(FILE, b"bytes")),
    ]
)


@given(parts=st.lists(PIECES, max_size=14), size=st.integers(1, 5000))
@tries(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_sent_it_is_what_django_makes_of_it(parts: list[bytes], size: int) -> None:
    body = b"".join(parts)
    assert arriving(scope_of(), body, max(size, len(body) // 500)) == whole(scope_of(), body)


def test_only_posted_forms_with_parts_are_parsed_here() -> None:
    assert is_form(scope_of())
    assert not is_form(scope_of(method="PATCH"))
    assert not is_form(scope_of(b"application/x-www-form-urlencoded"))
    assert not is_form(scope_of(b"multipart/mixed; boundary=x"))
    assert asyncio.run(arrived(scope_of(query_string=b"\xff"), in_pieces(b"", 1))) is None


def test_who_goes_away_midway_leaves_nothing(folder: Path) -> None:
    body = part(FILE, b"first") + part(FILE, LARGE * 4)
    left = iter([{"type": "http.request", "body": body, "more_body": True}])
    seen: list[int] = []

    async def receive() -> Any:
        if event := next(left, None):
            return event
        await _until(lambda: len(list(folder.iterdir())) == 2)
        seen.append(len(list(folder.iterdir())))
        return {"type": "http.disconnect"}

    with pytest.raises(RequestAborted):
        asyncio.run(arrived(scope_of(), receive))
    assert seen == [2]
    assert list(folder.iterdir()) == []


def test_a_request_that_is_canceled_leaves_nothing(folder: Path) -> None:
    body = part(FILE, LARGE * 4)
    left = iter([{"type": "http.request", "body": body, "more_body": True}])

    async def receive() -> Any:
        if event := next(left, None):
            return event
        await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(arrived(scope_of(), receive))
        await _until(lambda: bool(list(folder.iterdir())))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert list(folder.iterdir()) == []


def test_a_disk_that_is_full_is_told_and_nothing_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = iter([None] * 2)

    def write(self: HashingUploadHandler, raw_data: bytes, start: int) -> None:
        if next(blocks, 1):
            raise OSError(errno.ENOSPC, "no space")
        self.file.write(raw_data)

    monkeypatch.setattr(HashingUploadHandler, "receive_data_chunk", write)
    with pytest.raises(OSError, match="no space"):
        arriving(scope_of(), part(FILE, b"first") + part(FILE, LARGE * 4) + END, 10_000)
    assert list(folder.iterdir()) == []


def test_many_slow_ones_at_once_need_no_thread_each(folder: Path) -> None:
    """Forty forms that stand still in the middle, in four threads, and none disturbs another."""
    go_on = asyncio.Event()
    body = part(b'name="title"', b"A film") + part(FILE, LARGE * 2) + END

    def halting(number: int) -> Callable[[], Any]:
        text = body.replace(b"A film", f"film {number}".encode())
        pieces = iter([text[:-1000], text[-1000:]])
        halts = iter([False, True])

        async def receive() -> Any:
            if next(halts, False):
                await go_on.wait()
            block = next(pieces, b"")
            return {"type": "http.request", "body": block, "more_body": bool(block)}

        return receive

    async def all_of_them() -> list[Any]:
        tasks = [asyncio.create_task(arrived(scope_of(), halting(n))) for n in range(40)]
        await _until(lambda: len(list(folder.iterdir())) == 40)
        assert not any(task.done() for task in tasks)
        go_on.set()
        return await asyncio.gather(*tasks)

    for number, request in enumerate(asyncio.run(all_of_them())):
        fields, files = told(request)
        assert fields == {"title": [f"film {number}"]}
        assert files[0][2] == len(LARGE) * 2
    assert list(folder.iterdir()) == []


def test_memory_does_not_grow_with_the_file(folder: Path) -> None:
    """Of a body of 100 MB no more than some blocks are anywhere at a time."""
    sizes: list[int] = []

    def blocks() -> Iterator[bytes]:
        yield part(FILE)[:-2]
        for _ in range(1600):
            yield b"v" * 65_536
        yield b"\r\n" + END

    left = blocks()

    class Watched(arriving_forms._Arriving):
        def read(self, size: int = -1) -> bytearray:
            sizes.append(len(self._block))
            return super().read(size)

    async def receive() -> Any:
        block = next(left, b"")
        return {"type": "http.request", "body": block, "more_body": bool(block)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arriving_forms, "_Arriving", Watched)
        request = asyncio.run(arrived(scope_of(), receive))
    assert request is not None
    assert cast("UploadedFile[bytes]", request.FILES["file"]).size == 1600 * 65_536
    assert max(sizes) < 2 * 1024**2
    request.close()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)
