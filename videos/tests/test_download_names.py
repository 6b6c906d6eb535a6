"""What is downloaded is saved under its video's title, from a disk and from a bucket."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework.test import APIClient
from starlette.testclient import TestClient

from accounts.models import User
from videos import editing, keys
from videos.models import Release, Rendition, Video
from videos.playback import filenames
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.storage import outputs

FILE = Path("releases/1/720p.mp4")


@pytest.mark.parametrize(("title", "name"), [
    ("A walk", "A walk 720p.mp4"),
    ("", "Untitled 720p.mp4"),
    ("...", "Untitled 720p.mp4"),
    (".bashrc", "bashrc 720p.mp4"),
    ("../../etc/passwd", "etc passwd 720p.mp4"),
    ("a/b\\c:d*e?f<g>h|i", "a b c d e f g h i 720p.mp4"),
    ('say "hi"', "say hi 720p.mp4"),
    ("x\r\nSet-Cookie: a=b", "x Set-Cookie a=b 720p.mp4"),
    ("evil\u202e4pm.exe\0\ud800", "evil 4pm.exe 720p.mp4"),
    ("Straße 雪", "Straße 雪 720p.mp4"),
    ("雪" * 200, "雪" * 60 + " 720p.mp4"),
])  # fmt: skip
def test_a_title_becomes_the_name_of_a_file(title: str, name: str) -> None:
    told = filenames.of(title, FILE)
    assert told == name
    assert len(told.encode()) < 255
    header = filenames.disposition(title, FILE)
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith("attachment; filename")


@pytest.fixture
def media() -> TestClient:
    return TestClient(MediaApp(gate=Gate(seconds=0)))  # type: ignore[arg-type]  # starlette's own mapping


@pytest.fixture
def shown(transactional_db: None, owner: User) -> Video:
    """A video that everybody may watch, with a file to download."""
    release = Release(id=uuid4(), state=Release.State.COMPLETE, duration=3.0)
    release.save(force_insert=True)
    key = keys.download(keys.release_prefix(release.pk), "720p")
    outputs().put_bytes(key, b"0123456789" * 10, content_type="video/mp4")
    Rendition.objects.create(
        release=release, kind="video", name="720p", codecs="avc1", timescale=25, width=1280,
        height=720, frame_rate="25", download_key=key, download_bytes=100,
    )  # fmt: skip
    return Video.objects.create(
        owner=owner, release=release, title="Straße & Meer", visibility="unlisted",
        status="ready", playable=True,
    )  # fmt: skip


@pytest.fixture
def offered(shown: Video, api: APIClient) -> str:
    """The path of the file, as the API tells it."""
    [file] = api.get(f"/api/v1/videos/{shown.pk}/").json()["playback"]["mp4"]
    url: str = file["url"]
    return url[url.index("/m/") :]


def test_from_a_disk(media: TestClient, offered: str) -> None:
    for headers, status in (({}, 200), ({"Range": "bytes=0-9"}, 206)):
        answer = media.get(offered, headers=headers)
        assert answer.status_code == status
        said = answer.headers["content-disposition"]
        assert said.startswith("attachment; filename*=utf-8''")
        assert "Straße & Meer" in unquote(said)
    shown = media.get(offered.partition("?")[0])
    assert "content-disposition" not in shown.headers
    assert shown.content == media.get(offered).content


def test_it_is_called_as_the_video_is_now(media: TestClient, offered: str, shown: Video) -> None:
    editing.edit(shown, title="Snow")
    said = media.get(offered).headers["content-disposition"]
    assert said.startswith('attachment; filename="Snow ')


def test_from_a_bucket(media: TestClient, offered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def signed(key: str, *, until: int, disposition: str = "") -> str:
        asked.append(disposition)
        return "https://bucket.example/x"

    monkeypatch.setattr(outputs(), "local_path", lambda key: None)
    monkeypatch.setattr(outputs(), "signed_url", signed)
    for address in (offered, offered.partition("?")[0]):
        assert media.get(address, follow_redirects=False).status_code == 302
    assert unquote(asked[0]).startswith("attachment; filename*=utf-8''Straße & Meer ")
    assert asked[1] == ""


def test_head_tells_of_what_lies_in_a_bucket(
    media: TestClient, offered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = media.get(offered)
    monkeypatch.setattr(outputs(), "local_path", lambda key: None)
    monkeypatch.setattr(outputs(), "signed_url", lambda key, **_: "https://bucket.example/x")
    told = media.head(offered, follow_redirects=False)
    assert told.status_code == 200
    for name in ("content-length", "content-type", "accept-ranges", "content-disposition"):
        assert told.headers[name] == whole.headers[name], name
    gone = media.head(offered.replace("720p", "480p"), follow_redirects=False)
    assert gone.status_code == 404


def test_pages_offer_the_same_and_play_without(client: Client, offered: str, shown: Video) -> None:
    page = client.get(f"/watch/{shown.pk}/").content.decode()
    assert f'href="{offered}" download="Straße &amp; Meer ' in page
    assert f'<source src="{offered.partition("?")[0]}" type="video/mp4">' in page
