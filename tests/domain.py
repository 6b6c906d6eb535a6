"""Fixtures of the domain: people, clips, and videos on their way."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import User
from config import cache
from config.env import QUEUES
from processing.models import Task
from processing.pipeline.work import drain
from tests import made_once as once
from tests.described import DescribedClient
from tests.made_once import MadeOnce
from videos.ingest import services as ingest
from videos.ingest.settings import VideoSettings
from videos.models import Release, Upload, Video

FFMPEG = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]


@pytest.fixture(autouse=True)
def _own_folders(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test stores on disk in a folder of its own."""
    data = tmp_path_factory.mktemp("data")
    storages = settings.STORAGES
    for alias in ("originals", "outputs"):
        storages[alias] = {
            "BACKEND": "videos.storage.disk.DiskStorage",
            "OPTIONS": {"location": data / "media" / alias},
        }
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = storages
    settings.WORK_DIR = data / "work"
    settings.SOURCE_CACHE_DIR = data / "cache"
    settings.UPLOAD_DIR = data / "uploads"
    settings.FETCH_DIR = data / "fetch"
    settings.PICTURE_CACHE_DIR = data / "pictures"
    settings.FILE_UPLOAD_TEMP_DIR = str(settings.UPLOAD_DIR)
    settings.UPLOAD_DIR.mkdir()
    # The real one takes half a second by design, for every user a test makes.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _cache_answers() -> None:
    """An earlier test may have taken Redis away, which is remembered for a second."""
    cache._away.until = 0.0


@pytest.fixture
def owner(db: None) -> User:
    """Somebody who uploads."""
    return User.objects.create_user("owner@example.com", "a long password")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody else."""
    return User.objects.create_user("stranger@example.com", "a long password")


@pytest.fixture
def moderator(db: None) -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser("staff@example.com", "a long password")


@pytest.fixture
def as_user() -> Callable[[User], APIClient]:
    """An API client that bears a key of a user."""

    def client_of(user: User) -> APIClient:
        client = DescribedClient()
        _, secret = api_keys.issue(user, name="test")
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return client_of


@pytest.fixture
def api(owner: User, as_user: Callable[[User], APIClient]) -> APIClient:
    """The owner's API client."""
    return as_user(owner)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of moving picture, 25 frames a second at 320x180, with a tone."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    frame = "testsrc2=size=320x180:rate=25:duration=3"
    tone = "sine=frequency=440:duration=3"
    argv = [*FFMPEG, "-f", "lavfi", "-i", frame, "-f", "lavfi", "-i", tone]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run([*argv, *codecs, str(path)], check=True)
    return path


@pytest.fixture
def take_in(owner: User) -> Callable[[Path], Video]:
    """Take a file in as the owner's; nothing works on it yet."""

    def take(path: Path) -> Video:
        file = ingest.describe_file(path, protocol=Upload.Protocol.COMMAND)
        return ingest.take_file(owner, file, VideoSettings(title="A clip"))

    return take


@pytest.fixture
def video(take_in: Callable[[Path], Video], clip: Path) -> Video:
    """A video waiting for its first step."""
    return take_in(clip)


@pytest.fixture
def work_off(transactional_db: None) -> Callable[[], None]:
    """Do what workers would, here and now, until nothing is ready.

    With real transactions: a lease is renewed from a thread with a connection of its own.
    """

    def work() -> None:
        while Task.objects.filter(state=Task.State.READY, not_before=None).exists():
            for queue in QUEUES:
                drain(queue)

    return work


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, MadeOnce]:
    """What the first test that wanted a ready video made, with every picture and without."""
    return {every: MadeOnce(tmp_path_factory.mktemp("made-once")) for every in (True, False)}


@pytest.fixture
def ready_video(
    owner: User,
    work_off: Callable[[], None],
    made_once: dict[bool, MadeOnce],
    request: pytest.FixtureRequest,
) -> Video:
    """A video that is ready; the test's own one where it has one that waits."""
    own = "video" in request.fixturenames or not once.fits()
    made = made_once["every_picture" in request.fixturenames]
    if made.rows and not own:
        key = made.bring_back(owner)
    else:
        key = str(request.getfixturevalue("video").pk)
        work_off()
    video = Video.objects.select_related("source", "release").get(pk=key)
    assert video.status == Video.Status.READY
    if not (own or made.rows):
        made.keep(video)
    return video


def stand_ready(*videos: Video) -> None:
    """Have videos stand as ready, without the work: of releases that have no files."""
    for video in videos:
        release = Release.objects.create(pk=video.pk)
        about = {"status": Video.Status.READY, "playable": True, "release": release}
        Video.objects.filter(pk=video.pk).update(**about)


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    """A text that calls itself a video."""
    path = tmp_path / "x.mp4"
    path.write_text("This is no video.\n" * 50)
    return path


@pytest.fixture
def leftovers(settings: LazySettings) -> Iterator[Callable[[], list[Path]]]:
    """What stands in the temporary folders."""

    def found() -> list[Path]:
        folders = [settings.WORK_DIR, settings.UPLOAD_DIR, settings.FETCH_DIR]
        return [p for folder in folders for p in folder.rglob("*") if folder.exists()]

    yield found
