"""Ranges and conditions under /m/ as RFC 9110 has them, errors open to every origin."""

from __future__ import annotations

from email.utils import formatdate
from http import HTTPStatus

import pytest
from starlette.testclient import TestClient

from accounts.models import User
from videos.models import Chunk, Video
from videos.playback import conditions
from videos.playback import services as playback
from videos.playback.media import MediaApp

MANY = "bytes=0-1,4-5"


@pytest.fixture
def media() -> TestClient:
    return TestClient(MediaApp())  # type: ignore[arg-type]  # starlette's own mapping


@pytest.fixture
def master(ready_video: Video, owner: User) -> str:
    return playback.hls_url(ready_video, owner) or ""


@pytest.fixture(params=["chunk", "segment", "poster"])
def file(request: pytest.FixtureRequest, media: TestClient, master: str, ready_video: Video) -> str:
    """The address of a whole file, or of a part of one."""
    assert ready_video.release is not None
    if request.param == "segment":
        text = media.get(master.replace("master", "180p")).text
        return master.replace("master.m3u8", [x for x in text.splitlines() if x[0] != "#"][1])
    key = Chunk.objects.filter(rendition__name="180p")[0].key
    if request.param == "poster":
        key = ready_video.release.poster_key
    return master.replace("master.m3u8", key.split("/", 2)[2])


@pytest.mark.parametrize(
    ("range_", "status", "first", "end"),
    [
        ("bytes=0-0", 206, 0, 1),
        ("bytes=5-", 206, 5, None),
        ("bytes=-7", 206, -7, None),
        ("bytes=-999999999", 206, 0, None),
        ("bytes=3-999999999", 206, 3, None),
        ("BYTES = 2-4", 206, 2, 5),
        ("bytes=9-5", 200, 0, None),
        ("bytes=abc", 200, 0, None),
        ("bytes=", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("items=0-1", 200, 0, None),
        ("nonsense", 200, 0, None),
        (MANY, 200, 0, None),
    ],
)
def test_ranges(  # a table of cases
    media: TestClient, file: str, range_: str, status: int, first: int, end: int | None
) -> None:
    whole = media.get(file).content
    answer = media.get(file, headers={"Range": range_})
    assert (answer.status_code, answer.content) == (status, whole[first:end])
    assert answer.headers["accept-ranges"] == "bytes"
    if status == 206:
        begin = first % len(whole) if first < 0 else first
        told = f"bytes {begin}-{begin + len(answer.content) - 1}/{len(whole)}"
        assert answer.headers["content-range"] == told


@pytest.mark.parametrize("range_", ["bytes=999999999-", "bytes=-0"])
def test_a_range_of_nothing_is_416_and_says_how_much_there_is(
    media: TestClient, file: str, range_: str
) -> None:
    size = len(media.get(file).content)
    answer = media.get(file, headers={"Range": range_})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_range_is_for_get_alone(media: TestClient, file: str) -> None:
    answer = media.head(file, headers={"Range": "bytes=0-0"})
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(media.get(file).content)


def test_if_range(media: TestClient, file: str) -> None:
    head = media.head(file).headers
    for validator, status in (
        (head["etag"], 206),
        (head["last-modified"], 206),
        ('"other"', 200),
        (f"W/{head['etag']}", 200),
        (formatdate(0, usegmt=True), 200),
    ):
        headers = {"Range": "bytes=0-1", "If-Range": validator}
        assert media.get(file, headers=headers).status_code == status


def test_what_a_client_has_is_not_sent_again(media: TestClient, file: str) -> None:
    head = media.head(file).headers
    for headers, status in (
        ({"If-None-Match": head["etag"]}, 304),
        ({"If-None-Match": f'"x", W/{head["etag"]}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-Modified-Since": head["last-modified"]}, 304),
        ({"If-Modified-Since": formatdate(0, usegmt=True)}, 200),
        ({"If-Modified-Since": "nonsense"}, 200),
        ({"If-Modified-Since": f"Mon, 01 Jan 2026 00:00:00 +{'9' * 20}"}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": head["last-modified"]}, 200),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": head["etag"]}, 200),
        ({"If-Unmodified-Since": formatdate(0, usegmt=True)}, 412),
    ):
        for method in ("GET", "HEAD"):
            answer = media.request(method, file, headers=headers)
            assert answer.status_code == status, headers
            assert answer.headers["access-control-allow-origin"] == "*"
            if status == 304:
                assert answer.content == b""
                assert answer.headers["etag"] == head["etag"]
                assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", ["master.m3u8", "180p.m3u8", "manifest.mpd"])
def test_a_playlist_that_a_client_has_is_not_sent_again(
    media: TestClient, master: str, name: str
) -> None:
    address = master.replace("master.m3u8", name)
    first = media.get(address)
    plain = media.get(address, headers={"Accept-Encoding": "identity"})
    assert first.headers["etag"] == plain.headers["etag"]
    again = media.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["vary"] == "Accept-Encoding"
    assert media.get(address, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_playlist_counts_for_few_seconds(media: TestClient, master: str) -> None:
    assert media.get(master).headers["cache-control"] == "private, max-age=5"


def test_a_preflight_allows_what_players_send(media: TestClient, file: str) -> None:
    answer = media.options(file)
    assert answer.status_code == 204
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert all(one in allowed for one in ("range", "if-range", "if-none-match"))
    assert int(answer.headers["access-control-max-age"]) >= 600


def test_every_answer_is_open_to_every_origin(media: TestClient, master: str, file: str) -> None:
    for answer in (
        media.get("/m/x"),
        media.get(master.replace("/m/", "/m/x")),
        media.get(f"{file}x"),
        media.post(master),
        media.delete(file),
        media.get(master.replace("master", "nothing")),
    ):
        assert answer.status_code in (403, 404, 405)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "ETag" in answer.headers["access-control-expose-headers"]
    assert media.post(master).headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_weak_tag_is_no_strong_match() -> None:
    assert conditions.unmet({"if-match": 'W/"a"'}, etag='W/"a"', modified=None) is (
        HTTPStatus.PRECONDITION_FAILED
    )
    assert conditions.unmet({"if-match": "*"}, etag='W/"a"', modified=None) is None
