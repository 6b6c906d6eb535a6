"""Segments at addresses of their own under /m/: bytes of a chunk, as if they were a file."""

import m3u8  # type: ignore[import-untyped] # ships no types
import pytest
from starlette.testclient import TestClient

from accounts.models import User
from videos.models import Chunk, Video
from videos.playback import parts
from videos.playback import services as playback
from videos.playback.media import MediaApp
from videos.playback.rendering import Renderer


@pytest.fixture
def media() -> TestClient:
    """The media app by itself."""
    return TestClient(MediaApp(Renderer(growing_seconds=0)))  # type: ignore[arg-type]  # starlette's own mapping


@pytest.fixture
def base(ready_video: Video, owner: User) -> str:
    """What the addresses of a ready video begin with."""
    return (playback.hls_url(ready_video, owner) or "").removesuffix("master.m3u8")


@pytest.fixture
def whole(media: TestClient, base: str) -> bytes:
    """The first chunk of a rung, as players that were given ranges go on fetching it."""
    return media.get(base + _chunk()).content


@pytest.fixture
def segment(base: str) -> str:
    """Bytes 100 to 299 of it."""
    return f"{base}{_chunk().removesuffix('.mp4')}/100-299.mp4"


def _chunk() -> str:
    return str(Chunk.objects.get(rendition__name="180p", number=0).key.split("/", 2)[2])


def test_a_playlist_names_all_bytes_of_all_chunks(media: TestClient, base: str) -> None:
    for name in ("180p", "audio"):
        read = m3u8.loads(media.get(f"{base}{name}.m3u8").text)
        assert not any(segment.byterange for segment in read.segments)
        uris = [read.segment_map[0].uri, *(segment.uri for segment in read.segments)]
        answers = [media.get(base + uri) for uri in uris]
        assert {answer.status_code for answer in answers} == {200}
        first = Chunk.objects.get(rendition__name=name, number=0)
        there = b"".join(answer.content for answer in answers)
        chunks = Chunk.objects.filter(rendition__name=name).order_by("number")
        stored = [media.get(base + chunk.key.split("/", 2)[2]).content for chunk in chunks]
        rest = [data[first.init_bytes :] for data in stored[1:]]
        assert there == b"".join([stored[0], *rest])


def test_a_segment_is_answered_as_a_file(media: TestClient, segment: str, whole: bytes) -> None:
    answer = media.get(segment)
    assert (answer.status_code, answer.content) == (200, whole[100:300])
    headers = answer.headers
    assert headers["content-type"] == "video/mp4"
    assert headers["content-length"] == "200"
    assert headers["accept-ranges"] == "bytes"
    assert "immutable" in headers["cache-control"]
    assert headers["access-control-allow-origin"] == "*"
    assert "content-range" not in headers
    other = media.get(segment.replace("100-299", "100-300"))
    assert other.headers["etag"] != headers["etag"]


def test_head_says_the_size_and_sends_nothing(media: TestClient, segment: str) -> None:
    answer = media.head(segment)
    assert (answer.status_code, answer.headers["content-length"]) == (200, "200")
    assert answer.content == b""
    # A range is asked for by GET alone (RFC 9110, 14.2).
    part = media.head(segment, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.headers["content-length"]) == (200, "200")


def test_a_range_of_a_segment(media: TestClient, segment: str, whole: bytes) -> None:
    for asked, first, end in (
        ("bytes=0-9", 0, 10),
        ("bytes=50-", 50, 200),
        ("bytes=50-9999", 50, 200),
        ("bytes=-10", 190, 200),
        ("bytes=-9999", 0, 200),
        ("bytes=199-199", 199, 200),
    ):
        answer = media.get(segment, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, whole[100 + first : 100 + end]), asked
        assert answer.headers["content-range"] == f"bytes {first}-{end - 1}/200"
        assert answer.headers["content-length"] == str(end - first)


def test_a_range_past_its_end_is_416(media: TestClient, segment: str) -> None:
    for asked in ("bytes=200-", "bytes=9999-10000", "bytes=-0"):
        answer = media.get(segment, headers={"Range": asked})
        assert answer.status_code == 416, asked
        assert answer.headers["content-range"] == "bytes */200"


def test_what_is_not_one_range_is_all_of_it(media: TestClient, segment: str) -> None:
    for asked in ("bytes=0-1,5-6", "lines=1-2", "bytes=9-1", "bytes=-", "x", ""):
        answer = media.get(segment, headers={"Range": asked})
        assert (answer.status_code, len(answer.content)) == (200, 200), asked


def test_if_range_with_another_etag_sends_the_whole(media: TestClient, segment: str) -> None:
    told = media.head(segment).headers
    for known in (told["etag"], told["last-modified"]):
        same = media.get(segment, headers={"Range": "bytes=0-9", "If-Range": known})
        assert same.status_code == 206
    other = media.get(segment, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert other.status_code == 200


def test_a_long_one_is_read_piece_by_piece(
    media: TestClient, segment: str, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "AT_ONCE", 7)
    assert media.get(segment).content == whole[100:300]


def test_only_bytes_there_are(media: TestClient, segment: str, whole: bytes) -> None:
    last = len(whole) - 1
    assert media.get(segment.replace("100-299", f"0-{last}")).content == whole
    for wrong in (f"0-{last + 1}", f"{last + 1}-{last + 2}", "9-8", "0100-299", "0-1-2"):
        assert media.get(segment.replace("100-299", wrong)).status_code == 404
    assert media.get(segment.replace("/00000/", "/00999/")).status_code == 404


def test_without_a_valid_token_nothing_is_served(media: TestClient, segment: str) -> None:
    _, m, _, rest = segment.split("/", 3)
    assert media.get(f"/{m}/totw60.forged/{rest}").status_code == 403


def test_what_is_not_of_the_release_is_not_served(media: TestClient, base: str) -> None:
    for name in ("../../../x/0-9.mp4", "%2e%2e/x/0-9.mp4", "x%00/0-9.mp4"):
        assert media.get(base + name).status_code in (403, 404), name
