"""Faults of the folder of pictures by URL, or of a release, are told as such to who asks."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.cache import cache as counters
from django.utils import timezone

from accounts.models import User
from tests.asgi import Answer, ask, scope_of
from videos.models import Chunk, Release, Video
from videos.playback import services as playback
from videos.playback.frames import cache, making
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.storage import outputs
from videos.tests import counted
from videos.tests.kept import in_bucket

pytestmark = pytest.mark.django_db(transaction=True)

Fault = Callable[[Path, Path], AbstractContextManager[object]]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frames."""
    return counted.draw(tmp_path_factory.mktemp("drawn") / "even.mp4", uneven=False)


@pytest.fixture
def ask_for(owner: User, drawn: Path) -> Callable[..., Answer]:
    """Ask for a picture of a public video, in one process or in several."""
    counters.clear()
    made = counted.keep(owner, drawn, uneven=False).video
    Video.objects.filter(pk=made.pk).update(visibility="public")
    video = Video.objects.select_related("source", "release", "owner").get(pk=made.pk)
    master = playback.hls_url(video, video.owner) or ""

    def asked(name: str) -> Answer:
        # So that the end of the request does not count as the end of the connection.
        asgi = {"version": "3.0", "spec_version": "2.4"}
        scope = scope_of(master.replace("master.m3u8", name), asgi=asgi)
        return asyncio.run(ask(MediaApp(gate=Gate(seconds=0)), scope))

    return asked


def _refusing(point: str, code: int) -> AbstractContextManager[object]:
    return patch(point, side_effect=OSError(code, os.strerror(code)))


def _a_file_in_place_of(folder: Path) -> AbstractContextManager[object]:
    shutil.rmtree(folder)

    @contextmanager
    def there() -> Iterator[None]:
        folder.write_text("no folder")
        yield
        folder.unlink()

    return there()


FAULTS: dict[str, Fault] = {
    "no folder but a file": lambda root, _: _a_file_in_place_of(root),
    "no folder of the release but a file": lambda _, release: _a_file_in_place_of(release),
    "not to be read": lambda *_: _refusing("pathlib.Path.stat", errno.EACCES),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_folder_that_cannot_be_used_is_told_and_nothing_more(
    ask_for: Callable[..., Answer], settings: Any, name: str
) -> None:
    assert ask_for("thumbnail.jpg?time=1").status == 200
    root = Path(settings.PICTURE_CACHE_DIR)
    release = root / str(Release.objects.get().pk)
    with FAULTS[name](root, release):
        broken = ask_for("thumbnail.jpg?time=1")
    assert (broken.status, broken.headers["x-error-code"]) == (503, "picture_failed")
    assert str(root).encode() not in broken.body
    assert ask_for("thumbnail.jpg?time=1").status == 200


def test_a_disk_that_takes_no_writes_still_shows_what_was_made(
    ask_for: Callable[..., Answer], settings: Any
) -> None:
    assert ask_for("thumbnail.jpg?time=1").status == 200
    [picture] = Path(settings.PICTURE_CACHE_DIR).rglob("*.jpg")
    os.utime(picture, (1, 1))
    with ExitStack() as stack:
        for point in ("os.utime", "pathlib.Path.mkdir"):
            stack.enter_context(_refusing(point, errno.EROFS))
        there, new = (ask_for(f"thumbnail.jpg?time={second}") for second in (1, 1.5))
    assert there.status == 200
    assert (new.status, new.headers["x-error-code"]) == (503, "picture_failed")


def test_a_folder_that_is_swept_before_the_picture_is_in_it_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replace = Path.replace
    swept: list[Path] = []

    def sweep_first(path: Path, target: Path) -> Path:
        if not swept:
            target.parent.rmdir()
            swept.append(target)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", sweep_first)

    def fill(_: Path, out: Path) -> None:
        out.write_bytes(b"picture")

    found = cache.make(uuid4(), "0.jpg", fill)
    assert found.path.read_bytes() == b"picture"
    assert swept == [found.path]


def test_two_processes_make_a_picture_once(
    ask_for: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, both = [], threading.Barrier(2)
    still = making.still

    def noting(*given: Any) -> None:
        made.append(given)
        still(*given)

    def asked() -> None:
        both.wait()
        answers.append(ask_for("thumbnail.jpg?time=1"))

    monkeypatch.setattr(making, "still", noting)
    answers: list[Answer] = []
    askers = [threading.Thread(target=asked) for _ in range(2)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert len(made) == 1


def test_a_video_that_is_hidden_while_a_picture_is_made_is_closed(
    ask_for: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    still = making.still

    def hidden_meanwhile(*given: Any) -> None:
        still(*given)
        Video.objects.update(deleted_at=timezone.now())

    monkeypatch.setattr(making, "still", hidden_meanwhile)
    assert ask_for("thumbnail.jpg?time=1").status == 403


@pytest.mark.parametrize("where", ["disk", "moto_server"])
def test_a_chunk_that_is_gone_or_damaged_is_told(
    where: str, request: pytest.FixtureRequest, settings: Any
) -> None:
    if where != "disk":
        in_bucket(settings, request.getfixturevalue(where))
    ask_for: Callable[..., Answer] = request.getfixturevalue("ask_for")
    key = Chunk.objects.get(number=0).key
    data = outputs().read_bytes(key, at_most=1_000_000)
    for harmed in (data[:900], data[::-1], None):
        outputs().delete_key(key)
        if harmed is not None:
            outputs().put_bytes(key, harmed, content_type="video/mp4")
        assert ask_for("thumbnail.jpg?time=0").headers["x-error-code"] == "picture_failed"
    outputs().put_bytes(key, data, content_type="video/mp4")
    assert ask_for("thumbnail.jpg?time=0").status == 200


@pytest.mark.parametrize("name", ["animated.webp", "animated.gif?start=0&end=3"])
def test_however_short_a_video_is_it_moves_from_its_begin(
    ask_for: Callable[..., Answer], name: str
) -> None:
    Release.objects.update(duration=0.04)
    assert ask_for(name).status == 200


def test_at_the_end_nothing_moves(ask_for: Callable[..., Answer]) -> None:
    near = ask_for("animated.webp?start=1.9")
    assert (near.status, near.headers["x-error-code"]) == (400, "past_the_end")
    assert near.body.startswith(b"start is at the end or past it")
