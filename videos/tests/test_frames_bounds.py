"""Whatever is asked for, pictures by URL stay bounded, are made once, and close with the video."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache as counters

from accounts.models import User
from config.env.rates import Rate
from processing.ffmpeg.running import runner
from tests import killed
from tests.asgi import Answer, ask, scope_of
from videos.models import Picture, Release, Video
from videos.playback import services as playback
from videos.playback.frames import cache, geometry, making, parameters, rows, sweeping
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.storage import outputs
from videos.tests import counted

pytestmark = pytest.mark.django_db(transaction=True)

ODD = [
    *[
        f"time={text}"
        for text in ("nan", "inf", "-1", "1e9", "9" * 40, "", "1/3", "%D9%A3", "0x1", "%201")
    ],
    *["time=99999999", "time=1&time=1", "width=0", "width=-5", "width=1000000000", "width=4097"],
    *["height=1.5", "width=", "fit=cover", "rotate=45", "flip=x", "token=1", "x" * 2000],
]
MOVING = ["start=0&end=11", "start=1&end=1", "start=5&end=1", "fps=31", "width=641", "fps=0"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frames."""
    return counted.draw(tmp_path_factory.mktemp("drawn") / "even.mp4", uneven=False)


@pytest.fixture
def video(owner: User, drawn: Path) -> Video:
    """A video whose frames were counted."""
    counters.clear()
    made = counted.keep(owner, drawn, uneven=False).video
    Video.objects.filter(pk=made.pk).update(visibility="public")
    return Video.objects.select_related("source", "release", "owner").get(pk=made.pk)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The commands of FFmpeg that were started."""
    started: list[Any] = []
    start = runner._start

    def noting(command: Any) -> Any:
        if "-i" in command:
            started.append(command)
        return start(command)

    monkeypatch.setattr(runner, "_start", noting)
    return started


def _address(video: Video, name: str) -> str:
    return (playback.hls_url(video, video.owner) or "").replace("master.m3u8", name)


async def _ask(app: MediaApp, address: str, **more: Any) -> Answer:
    # So that the end of the request does not count as the end of the connection.
    asgi = {"version": "3.0", "spec_version": "2.4"}
    return await ask(app, scope_of(address, asgi=asgi, **more))


async def _get(app: MediaApp, video: Video, name: str) -> Answer:
    return await _ask(app, _address(video, name))


def test_nothing_odd_is_made(video: Video, runs: list[Any]) -> None:
    async def all_of_them() -> list[Answer]:
        app = MediaApp()
        names = [f"thumbnail.jpg?{odd}" for odd in ODD] + [f"animated.gif?{odd}" for odd in MOVING]
        return [await _get(app, video, name) for name in names]

    answers = asyncio.run(all_of_them())
    assert {answer.status for answer in answers} == {400}
    assert all(answer.headers["x-error-code"] and answer.body for answer in answers)
    assert runs == []


def test_two_hundred_at_once_are_bounded(video: Video, runs: list[Any]) -> None:
    names = [f"thumbnail.jpg?{odd}" for odd in ODD[:10]]
    names += [f"thumbnail.jpg?time=1&width={width}" for width in range(2, 8)]
    names += [f"thumbnail.png?time=1.{'0' * zeros}" for zeros in range(1, 9)]

    async def at_once() -> list[Answer]:
        app = MediaApp()
        app._frames._stills = making.Makers("test", size=2, waiting=2, queue_seconds=10)
        return list(
            await asyncio.gather(*(_get(app, video, names[n % len(names)]) for n in range(200)))
        )

    began = time.monotonic()
    answers = asyncio.run(at_once())
    assert time.monotonic() - began < 30
    found = {status: sum(a.status == status for a in answers) for status in (200, 400, 503)}
    assert sum(found.values()) == 200
    assert found[200] > 0 and found[503] > 0
    assert len(runs) <= 4
    refused = next(answer for answer in answers if answer.status == 503)
    assert (refused.headers["x-error-code"], refused.headers["retry-after"]) == (
        "pictures_busy",
        "2",
    )


def test_what_many_ask_for_is_made_once_whatever_its_spelling(
    video: Video, runs: list[Any]
) -> None:
    spellings = ["time=1", "time=1.0&width=64", "height=64&time=01.000", "time=1&width=4096"]

    async def at_once() -> list[Answer]:
        app = MediaApp()
        names = [f"thumbnail.jpg?{spelling}" for spelling in spellings * 10]
        return list(await asyncio.gather(*(_get(app, video, name) for name in names)))

    answers = asyncio.run(at_once())
    assert {answer.status for answer in answers} == {200}
    [body] = {answer.body for answer in answers}
    assert body.startswith(b"\xff\xd8")
    assert len(runs) == 1


def test_new_pictures_of_a_release_are_counted_and_made_ones_are_not(
    video: Video, settings: Any
) -> None:
    settings.RATES = replace(settings.RATES, pictures=Rate(1, 3600))

    async def in_turn() -> list[Answer]:
        app = MediaApp()
        names = ["thumbnail.jpg?time=1", "thumbnail.jpg?time=1.5", "thumbnail.jpg?time=1"]
        return [await _get(app, video, name) for name in names]

    first, second, third = asyncio.run(in_turn())
    assert [first.status, second.status, third.status] == [200, 429, 200]
    assert second.headers["x-error-code"] == "throttled"
    assert int(second.headers["retry-after"]) > 0


def test_a_picture_that_was_made_closes_with_its_video(video: Video) -> None:
    address = _address(video, "thumbnail.jpg?time=1")
    app = MediaApp(gate=Gate(seconds=0))
    assert asyncio.run(_ask(app, address)).status == 200
    Video.objects.update(visibility="private")
    assert asyncio.run(_ask(MediaApp(gate=Gate(seconds=0)), address)).status == 403


def test_conditions_and_head_are_answered_as_for_other_pictures(video: Video) -> None:
    async def in_turn() -> list[Answer]:
        app, address = MediaApp(), _address(video, "thumbnail.jpg?time=1&download")
        head = await _ask(app, address, method="HEAD")
        known = {"if-none-match": head.headers["etag"]}
        again = await _ask(app, address, headers=known)
        return [head, again]

    head, again = asyncio.run(in_turn())
    assert (head.status, head.body, again.status) == (200, b"", 304)
    assert int(head.headers["content-length"]) > 100
    assert head.headers["content-disposition"].startswith("attachment")
    assert head.headers["access-control-allow-origin"] == "*"


def test_a_failure_leaves_nothing_and_is_not_kept(
    video: Video, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    ffmpeg = settings.FFMPEG
    settings.FFMPEG = "/nowhere/ffmpeg"
    broken = asyncio.run(_get(MediaApp(), video, "thumbnail.jpg"))
    assert (broken.status, broken.headers["x-error-code"]) == (503, "picture_failed")
    assert not list((settings.PICTURE_CACHE_DIR / "making").iterdir())
    settings.FFMPEG = ffmpeg
    assert asyncio.run(_get(MediaApp(), video, "thumbnail.jpg")).status == 200


def test_what_a_killed_process_left_is_swept_and_made_again(video: Video, settings: Any) -> None:
    release = video.release
    assert release is not None
    shown = rows.shown(release.pk)
    assert shown is not None
    taken = making.Frame(rows.pieces(shown.rungs[0], 0, 0), 0, shown.size)
    fill = partial(making.still, taken, None, geometry.fitted(parameters.Still(), shown.size))
    make = partial(cache.make, release.pk, "0.jpg", fill)
    killed.killed_at("videos.playback.frames.making.pieces.number_of", make)
    [left] = (settings.PICTURE_CACHE_DIR / "making").iterdir()
    assert sweeping.sweep() == 0
    assert left.exists()
    old = time.time() - cache.LEFT_BEHIND_SECONDS - 1
    os.utime(left, (old, old))
    sweeping.sweep()
    assert not left.exists()
    assert make().path.exists()


@pytest.fixture
def kept(settings: Any) -> Iterator[Callable[[UUID, str, int, float], Path]]:
    """Keeps so many bytes as a picture of a release, last used so many seconds ago."""

    def keep(release: UUID, name: str, size: int, ago: float) -> Path:
        def fill(_: Path, out: Path) -> None:
            out.write_bytes(bytes(size))

        path = cache.make(release, name, fill).path
        os.utime(path, (time.time() - ago, time.time() - 10_000))
        return path

    yield keep


def test_the_least_used_go_when_there_are_too_many(
    settings: Any, kept: Callable[[UUID, str, int, float], Path]
) -> None:
    release = Release.objects.create(pk=uuid4()).pk
    settings.PICTURE_CACHE_BYTES = 1000
    paths = [kept(release, f"{n}.jpg", 300, ago) for n, ago in enumerate((900, 800, 7000, 600))]
    cache.find(release, "0.jpg")  # used just now
    assert sweeping.sweep() == 1
    assert [path.exists() for path in paths] == [True, True, False, True]


def test_new_pictures_make_room_for_themselves(video: Video, settings: Any) -> None:
    settings.PICTURE_CACHE_BYTES = 1

    def kept() -> list[Path]:
        return list(settings.PICTURE_CACHE_DIR.rglob("*.jpg"))

    async def make(app: MediaApp, second: int) -> None:
        await _get(app, video, f"thumbnail.jpg?time={second}")
        assert app._frames._sweeping is not None
        await app._frames._sweeping

    async def in_turn() -> None:
        app = MediaApp()
        await make(app, 1)
        (first,) = kept()  # it may just be being sent
        os.utime(first, (0, 0))
        await make(app, 0)
        (second,) = kept()
        assert second != first

    asyncio.run(in_turn())


def test_the_pictures_of_a_release_that_is_gone_go(
    settings: Any, kept: Callable[[UUID, str, int, float], Path]
) -> None:
    there = kept(Release.objects.create(pk=uuid4()).pk, "0.jpg", 1, 0)
    gone = kept(uuid4(), "0.jpg", 1, 0)
    assert sweeping.sweep() == 1
    assert (there.exists(), gone.exists()) == (True, False)


def test_a_storyboard_has_names_that_stay(video: Video) -> None:
    release = video.release
    assert release is not None
    missing = asyncio.run(_get(MediaApp(), video, "storyboard.vtt"))
    assert (missing.status, missing.headers["x-error-code"]) == (404, "no_storyboard")
    for name, kind in (("storyboard.vtt", "text/vtt"), ("storyboard-000.webp", "image/webp")):
        key = f"{release.prefix}{uuid4()}/{name}"
        outputs().put_bytes(key, name.encode(), content_type=kind)
        Picture.objects.create(
            release=release, kind="storyboard", name=name, key=key, bytes=5, content_type=kind
        )
    for asked, found in (("storyboard.vtt", "storyboard.vtt"), ("storyboard.webp", key)):
        there = asyncio.run(_get(MediaApp(), video, asked))
        assert there.status == 302
        assert there.headers["location"].endswith(found.rpartition("/")[2])
        file = asyncio.run(_get(MediaApp(), video, there.headers["location"]))
        assert file.body == found.rpartition("/")[2].encode()
    assert asyncio.run(_get(MediaApp(), video, "storyboard.webp?time=1")).status == 400
