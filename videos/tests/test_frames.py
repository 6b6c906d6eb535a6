"""Pictures by URL: exact to the frame, in every size, and made once."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from starlette.testclient import TestClient

from accounts.models import User
from videos.models import Video
from videos.playback.frames import addresses
from videos.playback.media import MediaApp
from videos.playback.rendering import Renderer

Address = Callable[[str], str]


@pytest.fixture
def media() -> TestClient:
    """The media app by itself."""
    return TestClient(MediaApp(Renderer(growing_seconds=0)))  # type: ignore[arg-type]  # starlette's own mapping


@pytest.fixture
def address(ready_video: Video, owner: User) -> Address:
    """The address of a name of a ready video's release."""
    thumbnail = addresses.thumbnail_url(ready_video, owner) or ""
    return lambda name: thumbnail.replace("thumbnail.jpg", name)


def test_only_who_may_play_gets_an_address(ready_video: Video, owner: User, stranger: User) -> None:
    for issue in (addresses.thumbnail_url, addresses.animated_url, addresses.storyboard_url):
        assert issue(ready_video, owner)
        assert issue(ready_video, stranger) is None


def _picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_a_frame_comes_in_every_format(media: TestClient, address: Address, suffix: str) -> None:
    answer = media.get(address(f"thumbnail.{suffix}?time=1&width=160"))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == f"image/{suffix.replace('jpg', 'jpeg')}"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert _picture(answer.content).size == (160, 90)


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ("", (320, 180)),
        ("height=90", (160, 90)),
        ("width=4096", (320, 180)),
        ("width=100&height=100", (100, 56)),
        ("width=101&height=77&fit=stretch", (101, 77)),
        ("width=4000&height=77&fit=stretch", (320, 77)),
        ("width=101&height=77&fit=crop", (101, 77)),
        ("width=400&height=400&fit=crop", (180, 180)),
        ("width=101&height=77&fit=smartcrop", (101, 77)),
        ("width=101&height=77&fit=pad", (101, 77)),
        ("width=500&height=400&fit=pad", (500, 400)),
        ("rotate=90", (180, 320)),
        ("width=90&rotate=270", (90, 160)),
        ("width=100&height=100&fit=crop&rotate=180&flip=h", (100, 100)),
    ],
)
def test_each_fit_has_its_size(
    media: TestClient, address: Address, asked: str, size: tuple[int, int]
) -> None:
    answer = media.get(address(f"thumbnail.jpg?{asked}"))
    assert answer.status_code == 200, answer.text
    assert _picture(answer.content).size == size


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_some_seconds_move(media: TestClient, address: Address, suffix: str) -> None:
    answer = media.get(address(f"animated.{suffix}?start=0.5&end=1.5&width=120&fps=10"))
    assert answer.status_code == 200, answer.text
    shown = _picture(answer.content)
    assert (shown.size, shown.n_frames) == ((120, 68), 10)  # type: ignore[attr-defined]
