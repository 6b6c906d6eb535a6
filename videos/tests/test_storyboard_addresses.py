"""The texts of a storyboard name pictures that are there, on a disk and in a bucket."""

from __future__ import annotations

import io
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from PIL import Image
from starlette.testclient import TestClient

from accounts.models import User
from processing.ffmpeg.tests import colours
from tests.servers.s3 import S3
from videos.models import Picture, Video
from videos.playback import services as playback
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.tests.kept import in_bucket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]


@pytest.fixture
def media() -> TestClient:
    """The media app by itself, which looks into the rows each time."""
    app: Any = MediaApp(gate=Gate(seconds=0))
    return TestClient(app, follow_redirects=False)


def address_of(video: Video, name: str, viewer: User) -> str:
    """The address of a picture."""
    assert video.release is not None
    key = Picture.objects.get(release=video.release, name=name).key
    return playback.object_url(video, video.release, key, viewer)


def named_in(vtt: str) -> list[str]:
    """The pictures that WebVTT names, as they stand there."""
    return [line for line in vtt.splitlines() if "#xywh=" in line]


def test_on_a_disk(ready_video: Video, owner: User, media: TestClient) -> None:
    address = address_of(ready_video, "storyboard.vtt", owner)
    answer = media.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/vtt; charset=utf-8")
    names = named_in(answer.text)
    assert len(names) == 3
    for name in names:
        picture = media.get(urlsplit(urljoin(address, name)).path)
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
    told = media.get(address.replace(".vtt", ".json"))
    assert told.headers["content-type"] == "application/json"
    assert urljoin(address, told.json()["url"]) == urljoin(address, names[0].partition("#")[0])


def test_in_a_bucket(
    take_in: Callable[[Path], Video],
    work_off: Callable[[], None],
    settings: Any,
    moto_server: S3,
    tmp_path: Path,
    owner: User,
    media: TestClient,
) -> None:
    in_bucket(settings, moto_server)
    film = colours.film(tmp_path / "film.mp4", colours.by_second(7), size=(160, 90))
    taken = take_in(film)
    work_off()
    video = Video.objects.select_related("source", "release").get(pk=taken.pk)
    address = address_of(video, "storyboard.vtt", owner)
    answer = media.get(address)
    assert answer.status_code == 200, "a redirect would leave the names in it without a signature"
    assert answer.headers["content-type"].startswith("text/vtt")
    assert media.head(address).status_code == 200
    for number, name in enumerate(named_in(answer.text)):
        redirected = media.get(urlsplit(urljoin(address, name)).path)
        assert redirected.status_code == 302
        with urllib.request.urlopen(redirected.headers["location"]) as body:
            sheet = Image.open(io.BytesIO(body.read()))
        x, y, width, height = map(int, name.partition("#xywh=")[2].split(","))
        assert colours.seen(sheet, (x, y, width, height)) == colours.nth(number)
    assert media.get(address.replace(".vtt", ".json")).json()["duration"] == 7.0
    assert media.get(address.replace("storyboard.vtt", "storyboard.txt")).status_code == 404
    names = {row.name: row for row in Picture.objects.filter(kind="preview")}
    assert set(names) == {"preview.mp4", "preview.webp"}
    assert len(names["preview.mp4"].facts["moments"]) == 4
    Video.objects.filter(pk=video.pk).update(deleted_at="2026-01-01T00:00:00Z")
    assert media.get(address).status_code == 403
