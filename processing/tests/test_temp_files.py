"""What dead processes left on the disk goes, whatever it is; the rest stays."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from structlog.testing import capture_logs

from processing.pipeline.claim import claim
from processing.workers import temp_files
from videos.fetching import partial
from videos.models import Video

DAY = 24 * 3600


def _age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


@pytest.fixture
def folder(settings: LazySettings) -> Callable[[Path], Path]:
    """Makes a folder with a file in it."""

    def make(path: Path) -> Path:
        path.mkdir(parents=True)
        (path / "file").write_bytes(b"x")
        return path

    return make


def test_a_folder_of_no_running_task_goes(
    video: Video, settings: LazySettings, folder: Callable[[Path], Path]
) -> None:
    task = claim("media", worker="me")
    assert task is not None
    held = folder(settings.WORK_DIR / str(task.token))
    orphan = folder(settings.WORK_DIR / "gone")
    fresh = folder(settings.WORK_DIR / "fresh")
    for path in (held, orphan):
        _age(path, 60)
    assert temp_files.remove() == 1
    assert [held.exists(), orphan.exists(), fresh.exists()] == [True, False, True]


def test_who_is_frozen_between_two_looks_takes_nobodys_folder(
    db: None,
    settings: LazySettings,
    folder: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever holds it claimed after the tokens were read, and it has grown old since."""
    clock = [time.time()]

    def freeze(execute: Callable[..., Any], *arguments: Any) -> Any:
        clock[0] += 60
        return execute(*arguments)

    claimed = folder(settings.WORK_DIR / "claimed meanwhile")
    monkeypatch.setattr(
        "processing.workers.temp_files.time", SimpleNamespace(time=lambda: clock[0])
    )
    with connection.execute_wrapper(freeze):
        temp_files.remove()
    assert claimed.exists()


def test_a_folder_among_the_uploads_goes_a_day_later(
    db: None, settings: LazySettings, folder: Callable[[Path], Path]
) -> None:
    """Who is stopped while a sample is made leaves one."""
    old, young = (folder(settings.UPLOAD_DIR / name) for name in ("tmpold", "tmpyoung"))
    _age(old, DAY + 60)
    assert temp_files.remove() == 1
    assert [old.exists(), young.exists()] == [False, True]


def test_a_killed_check_leaves_nothing_for_ever(
    db: None, settings: LazySettings, folder: Callable[[Path], Path]
) -> None:
    old, at_work = (folder(settings.WORK_DIR / f"check-{name}") for name in "ab")
    _age(old, DAY + 60)
    _age(at_work, 3600)
    assert temp_files.remove() == 1
    assert [old.exists(), at_work.exists()] == [False, True]


def test_what_cannot_be_deleted_stops_nothing(
    db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [settings.UPLOAD_DIR / name for name in ("a", "b", "c")]
    for file in files:
        file.write_bytes(b"x")
        _age(file, DAY + 60)
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "b":
            raise PermissionError
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with capture_logs() as logs:
        assert temp_files.remove() == 2
    assert [file.exists() for file in files] == [False, True, False]
    assert [line["event"] for line in logs] == ["temp_file_stays"]


def test_a_link_that_leads_nowhere_stops_nothing_and_goes(
    db: None, settings: LazySettings, folder: Callable[[Path], Path]
) -> None:
    settings.WORK_DIR.mkdir()
    loop, dangling = settings.WORK_DIR / "loop", settings.WORK_DIR / "dangling"
    loop.symlink_to(loop)
    dangling.symlink_to(settings.WORK_DIR / "nothing")
    orphan = folder(settings.WORK_DIR / "gone")
    then = time.time() - 60
    for path in (loop, dangling, orphan):
        os.utime(path, (then, then), follow_symlinks=False)
    assert temp_files.remove() == 3
    assert list(settings.WORK_DIR.iterdir()) == []


def test_an_image_that_is_being_fetched_from_a_slow_server_stays(
    db: None, settings: LazySettings
) -> None:
    with partial.held(uuid4(), settings.UPLOAD_DIR) as part:
        part.write(b"the first bytes")
        for path in settings.UPLOAD_DIR.iterdir():
            _age(path, 600)
        assert temp_files.remove() == 0
        part.close()
    for path in settings.UPLOAD_DIR.iterdir():
        _age(path, 2 * DAY)
    assert temp_files.remove() == 2  # that of a process that died: the bytes and the notes
