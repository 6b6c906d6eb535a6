"""Bytes under /m/: Range, types, and nobody without a token."""

import pytest
from django.conf import LazySettings
from starlette.testclient import TestClient

from accounts.models import User
from videos.models import Chunk, Release, Video
from videos.playback import services as playback
from videos.playback.media import MediaApp
from videos.storage import outputs


@pytest.fixture
def media() -> TestClient:
    """The media app by itself."""
    return TestClient(MediaApp())  # type: ignore[arg-type]  # starlette's own mapping


@pytest.fixture
def master(ready_video: Video, owner: User) -> str:
    """The address of a ready video's multivariant playlist."""
    return playback.hls_url(ready_video, owner) or ""


@pytest.fixture
def chunk(master: str) -> str:
    """The address of a chunk."""
    key = Chunk.objects.get(rendition__name="180p").key
    return master.replace("master.m3u8", key.split("/", 2)[2])


def test_playlists_have_their_type_and_name_what_is_served(media: TestClient, master: str) -> None:
    answer = media.get(master)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    assert answer.headers["x-content-type-options"] == "nosniff"
    names = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    rendition = media.get(master.replace("master.m3u8", names[0]))
    assert "#EXT-X-ENDLIST" in rendition.text
    uri = next(line for line in rendition.text.splitlines() if not line.startswith("#"))
    assert media.head(master.replace("master.m3u8", uri)).status_code == 200


def test_a_range_of_a_chunk(media: TestClient, chunk: str) -> None:
    whole = media.get(chunk)
    assert whole.headers["content-type"] == "video/mp4"
    part = media.get(chunk, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    last = media.get(chunk, headers={"Range": "bytes=-10"})
    assert (last.status_code, last.content) == (206, whole.content[-10:])


def test_a_range_past_the_end_is_416(media: TestClient, chunk: str) -> None:
    answer = media.get(chunk, headers={"Range": "bytes=99999999-"})
    assert answer.status_code == 416


def test_head_says_the_size_and_sends_nothing(media: TestClient, chunk: str) -> None:
    answer = media.head(chunk)
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 1000
    assert answer.content == b""


def test_if_range_with_another_etag_sends_the_whole(media: TestClient, chunk: str) -> None:
    etag = media.head(chunk).headers["etag"]
    same = media.get(chunk, headers={"Range": "bytes=0-9", "If-Range": etag})
    assert same.status_code == 206
    other = media.get(chunk, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize("token", ["", "x", "totw60.forged"])
def test_without_a_valid_token_nothing_is_served(
    media: TestClient, master: str, chunk: str, token: str
) -> None:
    for address in (master, chunk):
        _, m, _, rest = address.split("/", 3)
        bare = f"/{m}/{token}/{rest}" if token else f"/{m}/{rest}"
        assert media.get(bare).status_code == 403


@pytest.mark.parametrize(
    "name",
    [
        "../../../vodloom.sqlite3",
        "..%2f..%2fx.mp4",
        "%2e%2e/%2e%2e/x.mp4",
        "x.mp4%00",
        "/etc/passwd",
        "nothing.mp4",
        "nothing.m3u8",
        "a/b.txt",
    ],
)
def test_what_is_not_of_the_release_is_not_served(
    media: TestClient, master: str, name: str
) -> None:
    assert media.get(master.replace("master.m3u8", name)).status_code in (403, 404)


def test_only_reading_is_answered(media: TestClient, master: str) -> None:
    assert media.post(master).status_code == 405


def test_a_growing_release_lists_without_an_end(media: TestClient, master: str) -> None:
    Release.objects.update(state=Release.State.GROWING)
    text = media.get(master.replace("master", "180p")).text
    assert "#EXT-X-ENDLIST" not in text
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in text
    assert "TIME-OFFSET=0" in text


def test_in_a_bucket_playlists_carry_signed_addresses(
    media: TestClient, master: str, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    signed = lambda key, seconds: f"https://bucket.example/{key}?signature=x"  # noqa: E731
    monkeypatch.setattr(outputs(), "signed_url", signed)
    text = media.get(master.replace("master", "180p")).text
    uris = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(uri.startswith("https://bucket.example/releases/") for uri in uris)
