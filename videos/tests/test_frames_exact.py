"""The frame that is shown at a moment is the one that a picture shows, wherever it lies."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from accounts.models import User
from tests.servers.s3 import S3
from videos.models import Chunk, Video
from videos.playback import services as playback
from videos.playback.media import MediaApp
from videos.storage.s3 import BucketStorage
from videos.tests import counted, kept
from videos.tests.counted import FRAMES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """The frames, evenly shown and unevenly."""
    folder = tmp_path_factory.mktemp("drawn")
    return {u: counted.draw(folder / f"{u}.mp4", uneven=u) for u in (False, True)}


@pytest.fixture
def media() -> TestClient:
    """The media app by itself."""
    return TestClient(MediaApp())  # type: ignore[arg-type]  # starlette's own mapping


def _address(video: Video, name: str) -> str:
    return (playback.hls_url(video, video.owner) or "").replace("master.m3u8", name)


def _middle(picture: Image.Image) -> int:
    """How bright the middle of a picture is."""
    return picture.convert("L").tobytes()[picture.height // 2 * picture.width + picture.width // 2]


def _tone(content: bytes) -> int:
    """The number of the frame that a picture shows, by its tone."""
    levels = Image.open(io.BytesIO(content)).convert("RGB").getpixel((32, 32))
    assert isinstance(levels, tuple)
    assert max(levels) - min(levels) <= 2
    return round((levels[0] * 219 / 255 + 16 - 20) / 4)


EVERY = [pytest.param(range(FRAMES), marks=pytest.mark.thorough), (0, 10, 23, 24)]


@pytest.mark.parametrize("numbers", EVERY, ids=["every", "some"])
@pytest.mark.parametrize("uneven", [False, True])
def test_the_frame_shown_at_a_moment(
    media: TestClient,
    owner: User,
    drawn: dict[bool, Path],
    uneven: bool,
    numbers: Sequence[int],
    settings: Any,
) -> None:
    settings.RATES = replace(settings.RATES, pictures=None)
    made = counted.keep(owner, drawn[uneven], uneven=uneven)
    for number in numbers:
        begin = made.moments[number]
        asked = [f"{float(begin):.9f}", f"{float(begin + Fraction(1, 60)):.6f}"]
        assert made.shown_at(Fraction(asked[1])) == number
        for time in asked:
            answer = media.get(_address(made.video, f"thumbnail.png?time={time}"))
            assert answer.status_code == 200, answer.text
            assert _tone(answer.content) == number, time


def test_the_very_end_shows_the_last_frame(
    media: TestClient, owner: User, drawn: dict[bool, Path]
) -> None:
    made = counted.keep(owner, drawn[False], uneven=False)
    end = FRAMES / 25
    answer = media.get(_address(made.video, f"thumbnail.png?time={end}"))
    assert _tone(answer.content) == FRAMES - 1
    answer = media.get(_address(made.video, f"thumbnail.png?time={end + 0.1}"))
    assert (answer.status_code, answer.headers["x-error-code"]) == (400, "past_the_end")


def test_the_tones_are_right_in_every_format(
    media: TestClient, owner: User, drawn: dict[bool, Path]
) -> None:
    made = counted.keep(owner, drawn[False], uneven=False)
    for suffix in ("jpg", "png", "webp"):
        for fit in ("preserve", "pad"):
            asked = f"thumbnail.{suffix}?time=1.2&width=64&height=40&fit={fit}"
            picture = Image.open(io.BytesIO(media.get(_address(made.video, asked)).content))
            tone = _middle(picture)
            assert abs(tone - (20 + 4 * 30 - 16) * 255 / 219) <= 2, (suffix, fit)


def test_moving_pictures_begin_and_end_where_they_are_asked_to(
    media: TestClient, owner: User, drawn: dict[bool, Path]
) -> None:
    made = counted.keep(owner, drawn[True], uneven=True)
    answer = media.get(_address(made.video, "animated.webp?start=0.5&end=1.5&fps=5"))
    shown = Image.open(io.BytesIO(answer.content))
    seen = []
    for number in range(shown.n_frames):  # type: ignore[attr-defined]
        shown.seek(number)
        seen.append(round((_middle(shown) * 219 / 255 + 16 - 20) / 4))
    assert seen == [made.shown_at(Fraction(1, 2) + Fraction(n, 5)) for n in range(5)]


def test_from_a_bucket_only_the_bytes_of_the_moment_are_read(
    media: TestClient,
    owner: User,
    drawn: dict[bool, Path],
    moto_server: S3,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept.in_bucket(settings, moto_server)
    made = counted.keep(owner, drawn[False], uneven=False)
    read: list[int] = []
    whole = BucketStorage.read_part

    def counting(self: BucketStorage, key: str, *, first: int, size: int) -> bytes:
        read.append(size)
        return whole(self, key, first=first, size=size)

    monkeypatch.setattr(BucketStorage, "read_part", counting)
    answer = media.get(_address(made.video, "thumbnail.png?time=1.22"))
    assert _tone(answer.content) == 30
    assert sum(read) < Chunk.objects.order_by("number").last().bytes  # type: ignore[union-attr]
