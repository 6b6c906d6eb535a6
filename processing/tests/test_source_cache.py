"""The cache of sources yields: to the disk, to tasks, and to nobody who reads from it."""

import errno
import shutil
from collections import namedtuple
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings

from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.pipeline import retry
from processing.steps import sources
from processing.steps.context import TaskContext
from processing.workers import readiness
from processing.workers.registry import DISK_FULL
from videos.models import Source, Video
from videos.storage.disk import DiskStorage

MIB = 1024**2
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def disk(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes the disk one that holds so many bytes, of which only the cache uses any."""
    settings.MIN_FREE_DISK_BYTES = 10 * MIB
    settings.SOURCE_CACHE_BYTES = 1000 * MIB
    settings.SOURCE_CACHE_DIR.mkdir(parents=True)

    def holds(total: int) -> None:
        def usage(path: Path) -> Usage:
            used = sum(p.stat().st_size for p in settings.SOURCE_CACHE_DIR.iterdir())
            return Usage(total, used, total - used)

        monkeypatch.setattr(shutil, "disk_usage", usage)

    return holds


def _cached(settings: LazySettings, size: int = MIB) -> Path:
    path: Path = settings.SOURCE_CACHE_DIR / uuid4().hex
    path.write_bytes(bytes(size))
    return path


def test_a_full_cache_makes_room_for_tasks(
    disk: Callable[[int], None], settings: LazySettings
) -> None:
    files = [_cached(settings) for _ in range(4)]
    disk(12 * MIB)
    assert readiness.why_not() == ""
    assert sum(path.exists() for path in files) == 2


def test_when_nothing_can_be_dropped_no_task_is_taken(
    disk: Callable[[int], None], settings: LazySettings
) -> None:
    disk(5 * MIB)
    assert readiness.why_not() == DISK_FULL


def test_the_bound_of_the_cache_holds_too(
    disk: Callable[[int], None], settings: LazySettings
) -> None:
    settings.SOURCE_CACHE_BYTES = 3 * MIB
    files = [_cached(settings) for _ in range(3)]
    disk(1000 * MIB)
    assert sources.make_room(MIB)
    assert sum(path.exists() for path in files) == 2


@pytest.fixture
def context(video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TaskContext:
    """An attempt whose source lies in a bucket."""
    monkeypatch.setattr(DiskStorage, "local_path", lambda self, key: None)
    task: Any = None
    run: Any = None
    return TaskContext(
        task, run, Source.objects.get(), tmp_path, FFmpeg(), lambda share, speed: None, lambda: None
    )


def test_a_file_in_use_is_never_dropped(
    context: TaskContext, disk: Callable[[int], None], settings: LazySettings
) -> None:
    disk(1000 * MIB)
    path = sources.local(context)
    assert path.stat().st_size == context.source.size
    disk(5 * MIB)
    assert not sources.free_disk_space()
    assert path.exists()
    context.held.close()
    sources.free_disk_space()
    assert not path.exists()


def test_it_is_fetched_once_and_again_after_it_was_dropped(
    context: TaskContext, disk: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk(1000 * MIB)
    fetched: list[str] = []
    fetch = DiskStorage.fetch

    def count(self: DiskStorage, key: str, path: Path) -> None:
        fetched.append(key)
        fetch(self, key, path)

    monkeypatch.setattr(DiskStorage, "fetch", count)
    with ExitStack() as held:
        held.callback(context.held.close)
        assert sources.local(context) == sources.local(context)
    assert len(fetched) == 1
    disk(5 * MIB)
    sources.free_disk_space()
    disk(1000 * MIB)
    sources.local(context)
    context.held.close()
    assert len(fetched) == 2


def test_sources_nobody_knows_are_dropped(
    context: TaskContext, disk: Callable[[int], None], settings: LazySettings
) -> None:
    disk(1000 * MIB)
    known, unknown = sources.local(context), _cached(settings)
    context.held.close()
    assert sources.drop_unknown() == 1
    assert (known.exists(), unknown.exists()) == (True, False)


def test_a_source_that_can_never_fit_is_the_disks_fault(
    context: TaskContext, disk: Callable[[int], None]
) -> None:
    disk(10 * MIB)
    with pytest.raises(OSError, match="no room"):
        sources.local(context)


def test_what_others_left_in_the_cache_stops_nobody(
    db: None, disk: Callable[[int], None], settings: LazySettings
) -> None:
    folder, odd = _cached(settings), settings.SOURCE_CACHE_DIR / ("z" * 32)
    folder.unlink()
    folder.mkdir()
    odd.write_bytes(b"")
    ours = _cached(settings)
    assert sources.drop_unknown() == 1
    assert (folder.exists(), odd.exists(), ours.exists()) == (True, True, False)
    disk(5 * MIB)
    assert readiness.why_not() == DISK_FULL


def test_a_cached_source_that_cannot_be_dropped_keeps_no_other(
    disk: Callable[[int], None], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign, ours = _cached(settings), _cached(settings)
    _refuse(monkeypatch, foreign)
    disk(11 * MIB)
    assert sources.free_disk_space()
    assert (foreign.exists(), ours.exists()) == (True, False)


def _refuse(monkeypatch: pytest.MonkeyPatch, foreign: Path) -> None:
    """Make a file one that this user may not open, until it is another file."""
    real, number = Path.open, foreign.stat().st_ino

    def opened(path: Path, *args: Any, **options: Any) -> Any:
        if path == foreign and path.stat().st_ino == number:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr(Path, "open", opened)


def test_a_source_that_another_user_fetched_is_fetched_again(
    context: TaskContext, disk: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk(1000 * MIB)
    path = sources.local(context)
    context.held.close()
    _refuse(monkeypatch, path)

    def fetch(self: DiskStorage, key: str, path: Path) -> None:
        partial = path.with_suffix(".new")
        shutil.copyfile(self.path(key), partial)
        partial.replace(path)

    monkeypatch.setattr(DiskStorage, "fetch", fetch)
    assert sources.local(context).read_bytes()
    context.held.close()


def test_an_old_lock_that_cannot_be_opened_stops_nobody(
    context: TaskContext, disk: Callable[[int], None], settings: LazySettings
) -> None:
    disk(1000 * MIB)
    (settings.SOURCE_CACHE_DIR / f"{context.source.pk.hex}.lock").mkdir()
    assert sources.local(context).stat().st_size == context.source.size
    context.held.close()


def test_a_cache_that_cannot_be_made_is_the_workers_fault(
    context: TaskContext, settings: LazySettings, tmp_path: Path
) -> None:
    file = tmp_path / "a file"
    file.write_bytes(b"")
    settings.SOURCE_CACHE_DIR = file / "cache"
    with pytest.raises(sources.CacheUnusable) as raised:
        sources.local(context)
    assert retry.classify(raised.value).blame is retry.Blame.WORKER


def test_room_for_sources_is_no_room_for_work_on_another_disk(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MIN_FREE_DISK_BYTES = 10 * MIB

    def usage(path: Path) -> Usage:
        return Usage(100 * MIB, 0, MIB if path == settings.WORK_DIR else 100 * MIB)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert readiness.why_not() == DISK_FULL
