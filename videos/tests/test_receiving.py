"""Bytes that stream through this server: what arrived is kept, counted and hashed."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async as sync_to_async
from django.conf import LazySettings, settings

from accounts.models import User
from processing.workers import temp_files
from videos import purge
from videos.ingest import closing, receiving, uploads
from videos.ingest.receiving import hashing, locks, spool
from videos.ingest.receiving import writer as writers
from videos.ingest.settings import VideoSettings
from videos.models import Source, Upload, Video
from videos.storage import StorageUnavailable, originals
from videos.storage.disk import DiskStorage

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

DATA = bytes(range(256)) * 20_000
SHA256 = hashlib.sha256(DATA).hexdigest()

# Holds a lock file as another process does, and lets it go when somebody asks for it.
OTHER_PROCESS = """
import fcntl, os, sys, time
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(fd, fcntl.LOCK_EX)
os.pwrite(fd, b"x" * 32, 0)
print("held", flush=True)
while os.pread(fd, 32, 0) == b"x" * 32:
    time.sleep(0.01)
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer looks often who else wants to write."""
    monkeypatch.setattr(writers, "LOOK_SECONDS", 0.02)


Begin = Callable[..., Upload]


@pytest.fixture
def begin(owner: User) -> Begin:
    """Creates an upload of ``DATA``'s size."""

    def create(size: int | None = len(DATA), max_size: int | None = None) -> Upload:
        return uploads.create(
            owner,
            VideoSettings(),
            protocol=Upload.Protocol.TUS,
            filename="a.mp4",
            expires_in=timedelta(hours=1),
            size=size,
            limits=uploads.Limits(max_size=max_size),
        )

    return create


@pytest.fixture
def upload(begin: Begin) -> Upload:
    return begin()


async def _now(upload: Upload) -> Upload:
    rows = Upload.objects.select_related("video")
    found: Upload = await sync_to_async(rows.get)(pk=upload.pk)
    return found


async def _source(upload: Upload) -> Source:
    found: Source = await sync_to_async(Source.objects.get)(key=upload.key)
    return found


async def _send(upload: Upload, data: bytes) -> None:
    async with receiving.writing(upload.pk) as writer:
        await writer.take(data)


async def _complete(upload: Upload) -> Video:
    async with receiving.writing(upload.pk) as writer:
        return await writer.complete()


async def test_what_arrives_in_several_requests_becomes_a_source(upload: Upload) -> None:
    middle = 1_500_000
    await _send(upload, DATA[:middle])
    assert await receiving.resting_offset(upload.pk) == middle
    half = await _now(upload)
    assert half.received == middle
    assert half.video is not None and half.video.status == Video.Status.UPLOADING
    async with receiving.writing(upload.pk) as writer:
        assert writer.offset == middle
        for start in range(middle, len(DATA), 65536):
            await writer.take(DATA[start : start + 65536])
        video = await writer.complete()
    source = await _source(upload)
    assert (source.size, source.sha256) == (len(DATA), SHA256)
    assert b"".join(originals().blocks(source.key)) == DATA
    assert (await _now(upload)).finished_at is not None
    assert video.pk == upload.video_id
    assert [path.name for path in Path(spool.path_of(upload.pk)).parent.iterdir()] == [".place"]


async def test_what_arrived_is_kept_when_the_client_goes(upload: Upload) -> None:
    with pytest.raises(ConnectionResetError):
        async with receiving.writing(upload.pk) as writer:
            await writer.take(DATA[:10])
            raise ConnectionResetError
    assert await receiving.resting_offset(upload.pk) == 10


async def test_what_arrived_is_kept_when_the_server_stops(upload: Upload) -> None:
    async def send() -> None:
        async with receiving.writing(upload.pk) as writer:
            await writer.take(DATA[:10])
            begun.set()
            await asyncio.Event().wait()

    begun = asyncio.Event()
    task = asyncio.create_task(send())
    await asyncio.wait_for(begun.wait(), 20)
    task.cancel()
    await asyncio.wait({task})
    assert await receiving.resting_offset(upload.pk) == 10


@pytest.mark.usefixtures("quick")
async def test_a_newcomer_takes_over_from_a_line_that_hangs(upload: Upload) -> None:
    async def hang() -> None:
        async with receiving.writing(upload.pk) as writer:
            await writer.take(DATA[:10])
            begun.set()
            await asyncio.Event().wait()

    begun = asyncio.Event()
    stale = asyncio.create_task(hang())
    await begun.wait()
    async with receiving.writing(upload.pk) as writer:
        assert writer.offset == 10
        with pytest.raises(receiving.UploadLocked):
            await stale


async def test_a_newcomer_takes_over_from_another_process(upload: Upload) -> None:
    lock = spool.path_of(upload.pk, ".lock")
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(lock)], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        async with receiving.writing(upload.pk) as writer:
            assert writer.offset == 0
        assert other.wait(60) == 0


async def test_a_newcomer_gives_up_when_the_writer_does_not_stop(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "TAKE_OVER_SECONDS", 0.1)
    held = locks.try_lock(upload.pk)
    assert held is not None
    with pytest.raises(receiving.UploadLocked):
        await receiving.resting_offset(upload.pk)
    held.release()
    assert await receiving.resting_offset(upload.pk) == 0


@pytest.mark.usefixtures("quick")
async def test_a_writer_stops_when_its_upload_is_closed(upload: Upload) -> None:
    with pytest.raises(receiving.UploadOver):
        async with receiving.writing(upload.pk) as writer:
            await writer.take(DATA[:10])
            await sync_to_async(closing.close)(upload, code="upload_canceled", message="Canceled.")
            async with asyncio.timeout(60):
                while True:  # it is seen when it is noted how much has arrived
                    await writer.take(b"x")
                    await asyncio.sleep(0.02)
    assert not spool.path_of(upload.pk).exists()
    with pytest.raises(receiving.UploadOver):
        await _send(upload, DATA)


async def test_an_upload_whose_video_is_canceled_at_that_moment_is_over(upload: Upload) -> None:
    canceled = Video.objects.filter(upload=upload)
    await sync_to_async(canceled.update)(status=Video.Status.CANCELED)
    with pytest.raises(receiving.UploadOver):
        await _send(upload, b"late")


async def test_more_than_announced_is_refused_by_counting(upload: Upload) -> None:
    async with receiving.writing(upload.pk) as writer:
        await writer.take(DATA)
        with pytest.raises(receiving.TooManyBytes):
            await writer.take(b"x")
    assert await receiving.resting_offset(upload.pk) == len(DATA)


async def test_more_than_the_limit_is_refused(begin: Begin, settings: LazySettings) -> None:
    upload = await sync_to_async(begin)(None, max_size=100)
    async with receiving.writing(upload.pk) as writer:
        with pytest.raises(receiving.TooManyBytes) as refused:
            await writer.take(DATA)
        assert refused.value.most == 100
        with pytest.raises(receiving.TooManyBytes):
            await writer.announce(101)
        await writer.announce(50)
        with pytest.raises(receiving.SizeTaken):
            await writer.announce(51)
    settings.MAX_UPLOAD_BYTES = 10
    async with receiving.writing(upload.pk) as writer:
        with pytest.raises(receiving.TooManyBytes):
            await writer.take(DATA[:11])


async def test_a_full_disk_loses_nothing_of_before(upload: Upload, settings: LazySettings) -> None:
    await _send(upload, DATA[:10])
    settings.MIN_FREE_UPLOAD_BYTES = 2**62
    with pytest.raises(receiving.DiskFull):
        async with receiving.writing(upload.pk) as writer:
            await writer.take(DATA[10:20])
            await writer.flush()
    settings.MIN_FREE_UPLOAD_BYTES = 0
    assert await receiving.resting_offset(upload.pk) == 10
    await _send(upload, DATA[10:])
    await _complete(upload)
    assert (await _source(upload)).sha256 == SHA256


async def test_the_hash_is_computed_again_after_a_restart(upload: Upload) -> None:
    await _send(upload, DATA[:10])
    hashing._kept.clear()
    await _send(upload, DATA[10:])
    await _complete(upload)
    assert (await _source(upload)).sha256 == SHA256


async def test_the_hash_of_a_very_large_file_is_left_to_who_reads_it(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "AGAIN_BYTES", len(DATA) - 1)
    await _send(upload, DATA)
    hashing._kept.clear()
    await _complete(upload)
    assert (await _source(upload)).sha256 == ""


def test_hashes_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    from uuid import uuid4

    monkeypatch.setattr(hashing, "_MOST", 3)
    ids = [uuid4() for _ in range(5)]
    for one in ids:
        hashing.remember(one, 1, hashlib.sha256(b"x"))
    assert [hashing.recall(one, 1) is not None for one in ids] == [False] * 2 + [True] * 3


async def test_bytes_on_another_server_are_asked_for_there(upload: Upload) -> None:
    await sync_to_async(Upload.objects.filter(pk=upload.pk).update)(machine="another")
    with pytest.raises(receiving.UploadElsewhere):
        await _send(upload, DATA)
    with pytest.raises(receiving.UploadElsewhere):
        await receiving.resting_offset(upload.pk)


async def test_bytes_that_were_lost_here_are_sent_again(upload: Upload) -> None:
    await _send(upload, DATA[:10])
    spool.path_of(upload.pk).unlink()
    assert await receiving.resting_offset(upload.pk) == 0
    await _send(upload, DATA)
    await _complete(upload)
    assert (await _source(upload)).sha256 == SHA256


async def test_bytes_in_doubt_are_kept_only_when_trusted(upload: Upload) -> None:
    await _send(upload, DATA[:10])
    async with receiving.writing(upload.pk) as writer:
        await writer.doubt()
        await writer.take(b"wrong" * 1_000_000)
        await writer.drop()
        assert writer.offset == 10
        await writer.doubt()
        await writer.take(DATA[10:20])
        await writer.trust()
        await writer.doubt()
        await writer.take(b"a line breaks before the checksum is known")
    assert await receiving.resting_offset(upload.pk) == 20
    await _send(upload, DATA[20:])
    await _complete(upload)
    assert (await _source(upload)).sha256 == SHA256


def _lies_whole(upload: Upload) -> None:
    """As a process leaves it that is killed between the last byte and the finish."""
    uploads.begin_receiving(upload)
    spool.path_of(upload.pk).write_bytes(DATA)


def test_who_was_killed_after_the_last_byte_left_an_upload_that_is_completed(
    upload: Upload,
) -> None:
    _lies_whole(upload)
    posted = settings.UPLOAD_DIR / "tmpa1b2c3d4.upload"  # as Django names the file of a form
    posted.write_bytes(b"x")
    held = locks.try_lock(upload.pk)
    assert held is not None
    assert receiving.complete_arrived() == 0, "somebody is at it"
    held.release()
    spool.doubt(upload.pk, 10)
    assert receiving.complete_arrived() == 0, "its checksum was not looked at"
    spool.trust(upload.pk)
    assert receiving.complete_arrived() == 1
    assert Source.objects.get(key=upload.key).sha256 == SHA256
    assert receiving.complete_arrived() == 0


def test_who_was_killed_after_the_move_left_an_upload_that_is_completed(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> Video:
        raise KeyboardInterrupt

    _lies_whole(upload)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(uploads, "finish", killed)
        receiving.complete_one(upload.pk)
    assert not spool.path_of(upload.pk).exists()
    assert spool.offset_of(Upload.objects.get(pk=upload.pk)) == len(DATA)
    assert receiving.complete_arrived() == 1
    assert Upload.objects.get(pk=upload.pk).finished_at is not None


async def test_files_of_open_uploads_stay_and_those_of_others_go(
    upload: Upload, begin: Begin, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, purged = await sync_to_async(begin)(), await sync_to_async(begin)()
    for one in (upload, closed, purged):
        await _send(one, DATA[:10])

    def end() -> int:
        closing.close(closed, code="upload_canceled", message="Canceled.")
        assert purged.video is not None and purge.purge(purged.video)
        temp_files.remove()
        assert spool.path_of(closed.pk).exists(), "too young"
        long_ago = time.time() + 10 * 24 * 3600
        monkeypatch.setattr(temp_files, "time", type("", (), {"time": lambda: long_ago}))
        return temp_files.remove()

    assert await sync_to_async(end)() == 4
    left = {path.name for path in settings.UPLOAD_DIR.iterdir()}
    assert left == {".place", f"{upload.pk.hex}.upload", f"{upload.pk.hex}.lock"}


async def test_a_file_that_is_being_stored_stays(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _send(upload, DATA)
    long_ago = time.time() + 10 * 24 * 3600
    monkeypatch.setattr(temp_files, "time", type("", (), {"time": lambda: long_ago}))
    await sync_to_async(closing.close)(upload, code="upload_canceled", message="Canceled.")
    held = locks.try_lock(upload.pk)
    assert held is not None
    assert await sync_to_async(temp_files.remove)() == 0
    held.release()
    assert await sync_to_async(temp_files.remove)() == 2


def test_a_storage_that_is_away_at_the_last_byte_is_waited_for(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, behind = begin(), begin()
    for one in (upload, behind):
        _lies_whole(one)
    take_file = DiskStorage.take_file

    def away(storage: DiskStorage, key: str, *given: Any, **named: Any) -> None:
        if key == upload.key:
            raise StorageUnavailable("down")
        take_file(storage, key, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(DiskStorage, "take_file", away)
        assert receiving.complete_arrived() == 1, "an error stops none behind it"
    upload.refresh_from_db()
    assert upload.finished_at is None and spool.path_of(upload.pk).read_bytes() == DATA
    assert receiving.complete_arrived() == 1
    keys = [upload.key, behind.key]
    assert set(Source.objects.filter(key__in=keys).values_list("sha256", flat=True)) == {SHA256}
