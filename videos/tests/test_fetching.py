"""Files are fetched whole from servers that behave, and not at all from those that do not."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from django.conf import LazySettings, settings

from tests.bad_server import MP4, Asked, BadServer, Wire, cut, serving, whole
from tests.networks import LOOPBACK
from tests.servers import certificates
from videos.fetching import download, partial
from videos.fetching.download import Fetch, Fetched, Wanted
from videos.fetching.errors import FetchFailed, FetchStopped
from videos.fetching.pace import Speed

SHA256 = hashlib.sha256(MP4).hexdigest()
PAGE = b"\n <!-- a page -->\n<!DOCTYPE html><html><body>Sign in</body></html>"


@pytest.fixture
def server(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    """A server that is allowed although it is on this machine."""
    settings.FETCH_PRIVATE = LOOPBACK
    monkeypatch.setattr(download, "_PAUSE_SECONDS", 0.01)
    with serving() as server:
        yield server


def fetch(
    url: str,
    *,
    most: int = 10**8,
    sha256: str = "",
    upload: object = None,
    should_stop: Callable[[], str | None] = lambda: None,
    told: list[Speed] | None = None,
) -> Fetched:
    """Fetch a URL, and hold the file against what is said of it."""
    with partial.held(upload or uuid4()) as part:  # type: ignore[arg-type]  # an id
        found = Fetch(
            Wanted(url, most, sha256),
            part,
            should_stop,
            (told if told is not None else []).append,
            lambda count: None,
        ).run()
        stored = part.path.read_bytes()
        assert (len(stored), hashlib.sha256(stored).hexdigest()) == (found.size, found.sha256)
        return found


def failure_of(url: str, **options: object) -> FetchFailed:
    """Return how fetching a URL fails."""
    with pytest.raises(FetchFailed) as failed:
        fetch(url, **options)  # type: ignore[arg-type]  # of the other
    assert "127.0.0.1" not in failed.value.message
    return failed.value


def test_a_file_arrives_with_its_hash_and_name(server: BadServer) -> None:
    named = whole(Content_Disposition="attachment; filename*=UTF-8''am%20Meer.mp4")
    told: list[Speed] = []
    found = fetch(server.at("/a", named), sha256=SHA256.upper(), told=told)
    assert found == Fetched(len(MP4), SHA256, "am Meer.mp4")
    assert told[0].total == len(MP4)


def test_a_break_is_resumed_where_it_was(server: BadServer) -> None:
    url = server.at("/a", cut(whole(), 300_000, times=3))
    assert fetch(url).sha256 == SHA256
    ranges = [asked.headers.get("range") for asked in server.asked]
    assert ranges[:2] == [None, "bytes=300000-"]
    assert len(ranges) == 4


def test_a_file_that_changed_meanwhile_is_begun_anew(server: BadServer) -> None:
    other = MP4[:-1] + b"!"
    first, second = cut(whole(), 300_000), whole(other)

    def change(asked: Asked, wire: Wire) -> None:
        (first if len(server.asked) == 1 else second)(asked, wire)

    assert fetch(server.at("/a", change)).sha256 == hashlib.sha256(other).hexdigest()
    assert "range" in server.asked[1].headers


def test_another_attempt_goes_on_with_what_is_there(server: BadServer) -> None:
    upload = uuid4()
    url = server.at("/a", cut(whole(), 300_000))

    def stop_late() -> str | None:
        return "stop" if server.asked else None

    with pytest.raises(FetchStopped):
        fetch(url, upload=upload, should_stop=stop_late)
    kept = next(path for path in _files() if path.suffix == ".part").stat().st_size
    assert fetch(url, upload=upload).sha256 == SHA256
    assert server.asked[-1].headers.get("range") == (f"bytes={kept}-" if kept else None)


def _files() -> list[Path]:
    folder: Path = settings.FETCH_DIR
    return list(folder.iterdir())


def test_a_frozen_attempt_keeps_its_file_to_itself(server: BadServer) -> None:
    upload = uuid4()
    with partial.held(upload) as frozen:
        frozen.write(b"half")
        assert fetch(server.at("/a", whole()), upload=upload).sha256 == SHA256
        assert frozen.path.read_bytes() == b"half"


def test_a_server_without_versions_is_asked_for_all_of_it_again(server: BadServer) -> None:
    def plain(asked: Asked, wire: Wire) -> None:
        wire.answer(200, MP4)

    assert fetch(server.at("/a", cut(plain, 1000))).sha256 == SHA256
    failed = failure_of(server.at("/b", cut(plain, 1000, times=9)))
    assert (failed.code, failed.tries > 1) == ("fetch_broken_off", True)
    assert all("range" not in asked.headers for asked in server.asked)


@pytest.mark.parametrize(
    ("status", "query", "code", "tries"),
    [
        (404, "", "fetch_not_found", 1),
        (410, "", "fetch_expired", 1),
        (403, "?X-Amz-Signature=abc", "fetch_expired", 1),
        (403, "", "fetch_refused", 1),
        (401, "", "fetch_refused", 1),
        (503, "", "fetch_unavailable", 8),
        (429, "", "fetch_unavailable", 8),
        (204, "", "fetch_failed", 1),
        (416, "", "fetch_failed", 1),
        (400, "", "fetch_failed", 1),
    ],
)
def test_each_refusal_has_its_code(
    server: BadServer, status: int, query: str, code: str, tries: int
) -> None:
    url = server.at("/a", lambda asked, wire: wire.answer(status)) + query
    failed = failure_of(url)
    assert (failed.code, failed.tries) == (code, tries)


@pytest.mark.parametrize("page", [PAGE, PAGE.decode().encode("utf-16"), b"\xef\xbb\xbf" + PAGE])
def test_a_page_is_no_video_whatever_its_header_says(server: BadServer, page: bytes) -> None:
    url = server.at("/a", lambda asked, wire: wire.answer(200, page, Content_Type="video/mp4"))
    assert failure_of(url).code == "fetch_html"


def test_a_video_is_one_whatever_its_header_says(server: BadServer) -> None:
    assert fetch(server.at("/a", whole(Content_Type="text/html"))).sha256 == SHA256


def test_a_file_that_says_it_is_too_large_is_not_begun(server: BadServer) -> None:
    url = server.at("/a", whole())
    assert failure_of(url, most=1000).code == "fetch_too_large"
    assert sum(path.stat().st_size for path in _files() if path.suffix == ".part") == 0


def test_an_endless_body_ends_at_the_limit(server: BadServer) -> None:
    def endless(asked: Asked, wire: Wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not wire.over.is_set():
            wire.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    assert failure_of(server.at("/a", endless), most=10**6).code == "fetch_too_large"


def test_a_body_longer_than_it_says_is_read_as_far_as_it_says(server: BadServer) -> None:
    url = server.at("/a", lambda asked, wire: wire.answer(200, MP4, length=5000))
    assert fetch(url).size == 5000
    assert failure_of(url, sha256=SHA256).code == "fetch_checksum_mismatch"


def test_a_body_shorter_than_it_says_is_broken_off(server: BadServer) -> None:
    url = server.at("/a", lambda asked, wire: wire.answer(200, b"abc", length=5000))
    assert failure_of(url).code == "fetch_broken_off"


def test_an_empty_file_is_none(server: BadServer) -> None:
    assert failure_of(server.at("/a", lambda asked, wire: wire.answer(200))).code == "fetch_failed"


def test_a_compressed_file_is_refused(server: BadServer) -> None:
    url = server.at("/a", whole(Content_Encoding="gzip"))
    assert failure_of(url).code == "fetch_failed"
    assert server.asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("where", ["before", "headers", "body"])
def test_silence_ends_it(server: BadServer, settings: LazySettings, where: str) -> None:
    settings.FETCH_SILENCE_SECONDS = 0.5

    def fall_silent(asked: Asked, wire: Wire) -> None:
        if where != "before":
            wire.send(b"HTTP/1.1 200 OK\r\nContent-Le")
        if where == "body":
            wire.send(b"ngth: 5000\r\n\r\nabc")
        wire.wait(30)

    began = time.monotonic()
    assert failure_of(server.at("/a", fall_silent)).code == "fetch_stalled"
    assert time.monotonic() - began < 25


def test_headers_that_drip_count_as_silence(server: BadServer, settings: LazySettings) -> None:
    settings.FETCH_SILENCE_SECONDS = 1

    def drip(asked: Asked, wire: Wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\nX: ")
        while not wire.over.is_set():
            wire.send(b"x")
            wire.wait(0.05)

    assert failure_of(server.at("/a", drip)).code == "fetch_stalled"


def test_a_body_that_drips_ends_at_the_time_for_all(
    server: BadServer, settings: LazySettings
) -> None:
    settings.FETCH_SECONDS = 1

    def drip(asked: Asked, wire: Wire) -> None:
        wire.answer(200, b"", length=10**6)
        while not wire.over.is_set():
            wire.send(b"x")
            wire.wait(0.05)

    failed = failure_of(server.at("/a", drip))
    assert (failed.code, failed.tries) == ("fetch_timeout", 1)


def test_the_time_for_all_is_that_of_all_attempts(
    server: BadServer, settings: LazySettings
) -> None:
    settings.FETCH_SECONDS = 60
    upload = uuid4()
    with partial.held(upload) as part:
        part.note(61.0)
    assert failure_of(server.at("/a", whole()), upload=upload).code == "fetch_timeout"


def test_stopping_needs_no_byte_of_the_server(server: BadServer) -> None:
    stop: list[str] = []

    def fall_silent(asked: Asked, wire: Wire) -> None:
        stop.append("lost")
        wire.wait(30)

    began = time.monotonic()
    with pytest.raises(FetchStopped):
        fetch(server.at("/a", fall_silent), should_stop=lambda: next(iter(stop), None))
    assert time.monotonic() - began < 25


def test_what_answers_no_http_is_unreachable(server: BadServer) -> None:
    url = server.at("/a", lambda asked, wire: wire.send(b"220 mail.example ESMTP\r\n"))
    assert failure_of(url).code == "fetch_unreachable"


def test_redirects_are_followed_but_not_for_ever(server: BadServer) -> None:
    server.at("/b", whole())
    to_b = server.at("/a", lambda asked, wire: wire.answer(302, Location="/b"))
    assert fetch(to_b).sha256 == SHA256
    loop = server.at("/c", lambda asked, wire: wire.answer(302, Location="/c"))
    assert failure_of(loop).code == "fetch_failed"


@pytest.mark.parametrize("to", ["file:///etc/passwd", "gopher://example.com/_x", "//", "http://"])
def test_redirects_to_what_is_no_http_are_not_followed(server: BadServer, to: str) -> None:
    url = server.at("/a", lambda asked, wire: wire.answer(302, Location=to))
    assert failure_of(url).code in ("fetch_failed", "fetch_forbidden_address")


def test_a_password_goes_to_its_own_server_only(server: BadServer) -> None:
    with serving() as other:
        other.at("/b", whole())
        server.at("/a", lambda asked, wire: wire.answer(302, Location=other.url("/b")))
        fetch(server.url("/a").replace("//", "//me:secret@"))
        assert server.asked[0].headers["authorization"].startswith("Basic ")
        assert "authorization" not in other.asked[0].headers


def test_nothing_is_taken_from_the_environment(
    server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert fetch(server.at("/a", whole())).sha256 == SHA256


def test_a_name_in_utf_8_is_read(server: BadServer) -> None:
    named = whole(Content_Disposition='attachment; filename="Höhle 日.mp4"')
    assert fetch(server.at("/a", named)).filename == "Höhle 日.mp4"


@pytest.mark.parametrize("case", ["trusted", "unknown", "of another"])
def test_certificates_are_checked(
    case: str, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FETCH_PRIVATE = LOOPBACK
    names = ("other.example",) if case == "of another" else ("127.0.0.1",)
    made = certificates.made_in(tmp_path, names)
    if case != "unknown":
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(made.authority))
    with serving(made) as server:
        url = server.at("/a", whole())
        if case == "trusted":
            assert fetch(url).sha256 == SHA256
        else:
            failed = failure_of(url)
            assert (failed.code, "certificate" in failed.message) == ("fetch_failed", True)
            assert server.asked == []


def test_a_file_that_arrived_whole_before_is_not_fetched_again(server: BadServer) -> None:
    upload, url = uuid4(), server.at("/a", whole())
    assert fetch(url, upload=upload) == fetch(url, upload=upload)
    assert len(server.asked) == 1
