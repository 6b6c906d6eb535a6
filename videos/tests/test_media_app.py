"""Bytes under /m/: Range, types, and nobody without a token."""

import xml.etree.ElementTree as ET
from collections.abc import Callable

import m3u8  # type: ignore[import-untyped] # ships no types
import pytest
from django.conf import LazySettings
from starlette.testclient import TestClient

from accounts.models import User
from processing import services as processing
from videos import objects, purge
from videos.models import Chunk, Release, Video
from videos.playback import services as playback
from videos.playback.accepted import takes_gzip
from videos.playback.media import MediaApp
from videos.playback.rendering import Renderer
from videos.storage import outputs


@pytest.fixture
def media() -> TestClient:
    """The media app by itself."""
    return TestClient(MediaApp(Renderer(growing_seconds=0)))  # type: ignore[arg-type]  # starlette's own mapping


@pytest.fixture
def master(ready_video: Video, owner: User) -> str:
    """The address of a ready video's multivariant playlist."""
    return playback.hls_url(ready_video, owner) or ""


@pytest.fixture
def chunk(master: str) -> str:
    """The address of a chunk."""
    key = Chunk.objects.get(rendition__name="180p", number=0).key
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
        "%00.m3u8",
        "%00.mpd",
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


def test_what_a_viewer_began_with_still_answers_after_a_reprocess(
    media: TestClient,
    ready_video: Video,
    master: str,
    chunk: str,
    work_off: Callable[[], None],
) -> None:
    addresses = [master, master.replace("master", "180p"), chunk]
    before = [media.get(address).content for address in addresses]
    processing.reprocess(ready_video)
    work_off()
    assert Release.objects.filter(state=Release.State.RETIRED).exists()
    purge.sweep_releases()
    objects.delete_marked()
    answers = [media.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.content for answer in answers] == before


def test_in_a_bucket_playlists_carry_signed_addresses(
    media: TestClient, master: str, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    signed = lambda key, until: f"https://bucket.example/{key}?signature=x"  # noqa: E731
    monkeypatch.setattr(outputs(), "signed_url", signed)
    text = media.get(master.replace("master", "180p")).text
    uris = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(uri.startswith("https://bucket.example/releases/") for uri in uris)
    assert text.count("#EXT-X-BYTERANGE") == len(uris)
    assert ",BYTERANGE=" in text


def test_in_a_bucket_the_manifest_carries_them_too(
    media: TestClient, master: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = lambda key, until: f"https://bucket.example/{key}?a=1&signature=x"  # noqa: E731
    monkeypatch.setattr(outputs(), "signed_url", signed)
    tree = ET.fromstring(media.get(master.replace("master.m3u8", "manifest.mpd")).text)
    urls = [one.get("media") or "" for one in tree.findall(".//{*}SegmentURL")]
    urls += [one.get("sourceURL") or "" for one in tree.findall(".//{*}Initialization")]
    assert urls
    assert all(url.startswith("https://bucket.example/releases/") for url in urls)
    assert all(url.endswith("?a=1&signature=x") for url in urls)
    assert all(one.get("mediaRange") for one in tree.findall(".//{*}SegmentURL"))


def test_keyframes_are_listed_and_are_bytes_of_the_chunk(media: TestClient, master: str) -> None:
    read = m3u8.loads(media.get(master).text)
    name = read.iframe_playlists[0].uri
    keyframes = m3u8.loads(media.get(master.replace("master.m3u8", name)).text)
    assert keyframes.is_i_frames_only
    assert len(keyframes.segments) == 2
    for segment in keyframes.segments:
        size, offset = map(int, segment.byterange.split("@"))
        part = media.get(
            master.replace("master.m3u8", segment.uri),
            headers={"Range": f"bytes={offset}-{offset + size - 1}"},
        )
        assert (part.status_code, part.content[4:8]) == (206, b"moof")


def test_the_manifest_names_what_is_served(media: TestClient, master: str) -> None:
    answer = media.get(master.replace("master.m3u8", "manifest.mpd"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/dash+xml")
    parts = ET.fromstring(answer.text).findall(".//{*}SegmentURL")
    assert parts
    for part in parts:
        assert part.get("mediaRange") is None
        address = master.replace("master.m3u8", part.get("media") or "")
        assert media.get(address).content[4:8] == b"moof"


def test_the_manifest_is_given_out_when_the_release_is_complete(
    media: TestClient, ready_video: Video, owner: User, stranger: User
) -> None:
    address = playback.dash_url(ready_video, owner)
    assert address is not None
    assert media.get(address).status_code == 200
    assert playback.dash_url(ready_video, stranger) is None
    Release.objects.update(state=Release.State.GROWING)
    growing = Video.objects.select_related("source", "release").get()
    assert playback.dash_url(growing, owner) is None
    assert media.get(address).status_code == 404


def test_a_growing_release_lists_what_every_rendition_has(media: TestClient, master: str) -> None:
    Release.objects.update(state=Release.State.GROWING, target_duration=6)
    address = master.replace("master", "180p")
    whole = media.get(address).text
    assert "/00001/" in whole
    assert "#EXT-X-TARGETDURATION:6" in whole
    Chunk.objects.filter(rendition__name="audio", number=1).delete()
    shorter = media.get(address).text
    assert "/00001/" not in shorter
    assert whole.startswith(shorter)
    assert media.get(master.replace("master", "180p-iframes")).status_code == 404
    Chunk.objects.filter(rendition__name="audio").delete()
    assert media.get(address).status_code == 404


def test_a_release_that_was_replaced_plays_to_its_end(media: TestClient, master: str) -> None:
    Release.objects.update(state=Release.State.RETIRED)
    assert "#EXT-X-ENDLIST" in media.get(master.replace("master", "180p")).text


def test_playlists_are_gzipped_for_who_takes_it(media: TestClient, master: str) -> None:
    answer = media.get(master, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text.startswith("#EXTM3U")
    plain = media.get(master, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text
    assert plain.headers["vary"] == answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=.", False),
        ("gzip;q=1.2.3", False),
        ("gzip;q=0.0.0, br", False),
        ("gzip;q=x", False),
        ("gzip;q=", False),
        ("", False),
    ],
)
def test_who_takes_gzip(accepted: str, expected: bool) -> None:
    assert takes_gzip(accepted) is expected
