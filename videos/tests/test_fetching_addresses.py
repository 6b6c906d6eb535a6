"""Nothing is fetched from addresses that are not public, however they are written or reached."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

import pytest
from django.conf import LazySettings

from tests.bad_server import BadServer, serving, whole
from tests.corpus import HOSTILE, needs_corpus
from tests.networks import LOOPBACK
from videos.fetching import sites, urls
from videos.fetching.addresses import is_allowed
from videos.fetching.errors import FetchFailed
from videos.fetching.sites import google_drive
from videos.tests.test_fetching import SHA256, failure_of, fetch

REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
]

# As tests of others write them: this machine and its neighbours, in all notations.
NOTATIONS = [
    "http://localhost:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://017700000001:{port}/",
    "http://user@127.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://example.com#@127.0.0.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",  # digits that are normalised
    "http://127。0。0。1:{port}/",
    "http://[fe80::1%25eth0]/",
    "http://[::]:{port}/",
    "https://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "ftp://127.0.0.1:{port}/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "//127.0.0.1:{port}/",
    "http:127.0.0.1:{port}",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/",
    "http://exa mple.com/",
    "http://example.com/\r\nHost: x",
    "",
]


@pytest.fixture
def server() -> Iterator[BadServer]:
    """A server on this machine, which is not allowed."""
    with serving() as server:
        server.at("/", whole())
        yield server


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_not_public_is_refused(written: str) -> None:
    assert not is_allowed(ip_address(written))


@pytest.mark.parametrize("written", PUBLIC)
def test_what_is_public_is_allowed(written: str) -> None:
    assert is_allowed(ip_address(written))


def test_a_network_can_be_allowed() -> None:
    inside = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/64"))
    assert is_allowed(ip_address("10.1.2.3"), inside)
    assert is_allowed(ip_address("::ffff:10.1.2.3"), inside)
    assert is_allowed(ip_address("fd00:1::5"), inside)
    assert not is_allowed(ip_address("10.2.0.1"), inside)


@pytest.mark.parametrize("written", NOTATIONS)
def test_no_notation_reaches_this_machine(server: BadServer, written: str) -> None:
    url = written.format(port=server.port)
    failed = failure_of(url)
    assert failed.code in ("fetch_forbidden_address", "fetch_failed", "fetch_unreachable")
    assert server.asked == []


def test_an_allowed_network_allows_no_other(server: BadServer, settings: LazySettings) -> None:
    settings.FETCH_PRIVATE = (ip_network("127.0.0.2/32"),)
    assert failure_of(server.url("/")).code == "fetch_forbidden_address"
    assert server.asked == []


def test_a_redirect_from_an_allowed_address_is_checked_again(settings: LazySettings) -> None:
    settings.FETCH_PRIVATE = LOOPBACK
    with serving() as outside:
        url = outside.at("/a", lambda asked, wire: wire.answer(302, Location="http://[::1]:6379/"))
        assert failure_of(url).code == "fetch_forbidden_address"


def test_the_address_that_was_checked_is_the_one_that_is_reached(
    server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere the second time gains nothing: it is resolved once."""
    asked: list[str] = []

    def resolve(host: str, port: int, *rest: object, **options: object) -> list[object]:
        asked.append(host)
        address = "93.184.215.14" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    reached: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *rest: object, **options: object) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert failure_of("http://rebind.example/").code == "fetch_unreachable"
    assert failure_of("http://rebind.example/").code == "fetch_forbidden_address"
    assert reached == [("93.184.215.14", 80)]


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, *rest: object, **options: object) -> list[object]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.215.14", "10.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert failure_of("http://both.example/").code == "fetch_forbidden_address"


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/a", "http://[::1]/", "http://[::ffff:7f00:1]/", "https://user:x@127.0.0.1/"],
)
def test_an_address_is_refused_before_anything_is_created(url: str) -> None:
    with pytest.raises(urls.UrlWrong) as wrong:
        urls.require_fetchable(url)
    assert wrong.value.code == "fetch_forbidden_address"


def test_what_may_be_secret_is_not_shown() -> None:
    url = "https://me:pass@media.example.com:8443/a/b%20c.mp4?X-Amz-Signature=abc#part"
    assert urls.shown(url) == "https://media.example.com:8443/a/b%20c.mp4"
    assert urls.filename(url) == "b c.mp4"


DRIVE = "https://drive.usercontent.google.com/download?id=1aB_-x&export=download&confirm=t"


@pytest.mark.parametrize(
    ("shared", "direct"),
    [
        ("https://drive.google.com/file/d/1aB_-x/view?usp=sharing", DRIVE),
        ("https://drive.google.com/open?id=1aB_-x", DRIVE),
        ("https://drive.google.com/uc?export=download&id=1aB_-x", DRIVE),
        (
            "https://www.dropbox.com/s/abc/sea.mp4?dl=0",
            "https://www.dropbox.com/s/abc/sea.mp4?dl=1",
        ),
        (
            "https://www.dropbox.com/scl/fi/abc/sea.mp4?rlkey=k&dl=0#x",
            "https://www.dropbox.com/scl/fi/abc/sea.mp4?rlkey=k&dl=1",
        ),
        ("https://example.com/s/abc?dl=0", "https://example.com/s/abc?dl=0"),
    ],
)
def test_share_links_lead_to_files(shared: str, direct: str) -> None:
    assert sites.direct(shared) == direct


CONFIRM = b"""<!DOCTYPE html><html><body><form id="download-form" action="%s" method="get">
<input type="submit" value="Download anyway"/><input type="hidden" name="id" value="1aB">
<input type="hidden" name="confirm" value="t"><input type="hidden" name="uuid" value="u-1">
</form></body></html>"""


def test_a_page_that_asks_for_a_confirmation_is_confirmed(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FETCH_PRIVATE = LOOPBACK
    here = sites.Site(("127.0.0.1",), lambda url: None, google_drive.confirmed)
    monkeypatch.setattr(sites, "SITES", [here])
    with serving() as server:
        page = CONFIRM % server.url("/download").encode()
        asks = server.at(
            "/uc",
            lambda asked, wire: wire.answer(200, page, Content_Type="text/html; charset=utf-8"),
        )
        server.at("/download", whole())
        assert fetch(asks).sha256 == SHA256
        assert server.asked[-1].path == "/download?id=1aB&confirm=t&uuid=u-1"
        sign_in = server.at(
            "/in", lambda asked, wire: wire.answer(200, b"<html>", Content_Type="text/html")
        )
        assert failure_of(sign_in).code == "fetch_html"


def test_failures_repeat_no_address() -> None:
    with pytest.raises(FetchFailed) as failed:
        fetch("http://10.9.8.7/secret?token=abc")
    assert "10.9.8.7" not in str(failed.value)
    assert "abc" not in str(failed.value)


@needs_corpus
@pytest.mark.corpus
def test_none_of_the_corpus_gets_through() -> None:
    listing = HOSTILE / "requests" / "ssrf_urls.txt"
    with socket.create_server(("127.0.0.1", 18999)) as listener:
        listener.setblocking(False)
        for url in listing.read_text().splitlines():
            failed = failure_of(url)
            assert failed.code.startswith("fetch_"), url
        with pytest.raises(BlockingIOError):
            listener.accept()
