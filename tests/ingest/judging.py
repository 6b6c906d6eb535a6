"""Run within the product: bring everything to its end, as days do,
and tell what is not as it must be.

`manage.py shell -c "from tests.ingest import judging; judging.main([…])"` prints a list as JSON.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from processing.models import Run, Task
from processing.reconciler import by_hand
from videos.models import Event, HookDelivery, Image, Source, StoredObject, Upload, Video
from videos.objects import unknown
from videos.storage import ListedObject, MediaStorage, originals, outputs

_PATIENCE = 120.0
_OVER = (Video.Status.READY, Video.Status.FAILED, Video.Status.CANCELED)
_STORAGES = {"originals": originals, "outputs": outputs}


def main(wanted: Sequence[tuple[str, str]], *, may_fail: bool = False) -> None:
    """Print what is wrong. ``wanted`` are titles that must have come in whole, each with the
    SHA-256 (hex) of its file. Unless they ``may_fail``, files only fail that never came whole."""
    _reconcile()
    _finish_work()
    Upload.objects.filter(finished_at=None).update(expires_at=Now() - timedelta(seconds=1))
    _grow_old()
    for _ in range(3):
        _reconcile()
        StoredObject.objects.exclude(state="stored").update(delete_after=None)
    _finish_work()
    _find_unknown()
    for _ in range(2):
        _reconcile()
    failed = [] if may_fail else _failed()
    print("WRONG", json.dumps([*_stuck(), *failed, *_left_over(), *_missing(wanted), *_mistold()]))  # noqa: T201


def _reconcile() -> None:
    for done in by_hand.run_each():
        assert not done.error, done


def _finish_work() -> None:
    """Wait until no job is at work and no report waits, without the pauses before retries."""
    at_work = Run.objects.filter(status__in=("queued", "running"))
    reports = HookDelivery.objects.filter(state="received")
    deadline = time.monotonic() + _PATIENCE
    while (at_work.exists() or reports.exists()) and time.monotonic() < deadline:
        Task.objects.filter(not_before__gt=Now()).update(not_before=None)
        reports.filter(tries__gt=0).update(next_at=Now())
        time.sleep(0.2)  # the interval of polling; the deadline is above


def _grow_old() -> None:
    """Make files that only count as left over after some time as old as that."""
    then = time.time() - 9 * 24 * 3600
    for path in _temporary():
        os.utime(path, (then, then))


def _find_unknown() -> None:
    """Search as on the next day: every object counts as a day old."""
    unknown._OLD = unknown._PAUSE = timedelta(0)
    search = unknown.Search()
    for _ in range(5):
        search.step(now=time.monotonic() + 7200)


def _temporary() -> list[Path]:
    folders = (settings.UPLOAD_DIR, settings.FETCH_DIR, settings.WORK_DIR)
    found = [path for folder in folders for path in Path(folder).glob("[!.]*")]
    return found + list(Path(settings.SOURCE_CACHE_DIR).rglob("*.part"))


def _failed() -> Iterator[str]:
    for video in Video.objects.filter(status="failed").exclude(error_code=Upload.EXPIRED):
        yield f"{video.title} failed with {video.error_code}: {video.error_message}"


def _stuck() -> Iterator[str]:
    for video in Video.objects.exclude(status__in=_OVER):
        yield f"{video.title} is stuck in {video.status}"
    for video in Video.objects.filter(status="failed").filter(
        Q(error_code="") | Q(error_message="")
    ):
        yield f"{video.title} failed without a reason"
    for upload in Upload.objects.filter(finished_at=None):
        yield f"an upload of {upload.protocol} is open: {upload.video}"
    for task in Task.objects.filter(state__in=("ready", "running")):
        yield f"a task {task.kind} is {task.state}"


def _mistold() -> Iterator[str]:
    """Tell which video's arrival or end was not told exactly once."""
    for video in Video.objects.all():
        counts = Counter(Event.objects.filter(video_id=video.pk).values_list("type", flat=True))
        true = {
            "video.created": True,
            "video.upload.completed": video.source_id is not None,
            "video.ready": video.status == Video.Status.READY,
        }
        for kind, happened in true.items():
            if counts[kind] != happened:
                yield f"{video.title}: {kind} was told {counts[kind]} times"


def _left_over() -> Iterator[str]:
    yield from (f"left over: {path}" for path in _temporary())
    for name, storage in _STORAGES.items():
        rows = StoredObject.objects.filter(storage=name)
        known = dict(rows.values_list("key", "state"))
        there = {one.key for one in _objects(storage())}
        yield from (f"{name}/{key} is {state}" for key, state in known.items() if state != "stored")
        yield from (f"no row knows {name}/{key}" for key in sorted(there - set(known)))
        yield from (f"{name}/{key} is gone" for key in sorted(set(known) - there))
        yield from (f"{name}/{one.key} is unfinished" for one in storage().unfinished())
    named = set(Source.objects.values_list("key", flat=True))
    registered = set(StoredObject.objects.filter(storage="originals").values_list("key", flat=True))
    yield from (f"the original {key} belongs to nobody" for key in sorted(registered - named))


def _objects(storage: MediaStorage) -> Iterator[ListedObject]:
    for one in storage.list_prefix(""):
        if not one.key.startswith(("installation.json", "doctor/", "guests/")):
            yield one


def _missing(wanted: Sequence[tuple[str, str]]) -> Iterator[str]:
    for title, sha256 in wanted:
        videos = Video.objects.filter(title=title, status="ready", source__sha256=sha256)
        images = Image.objects.filter(title=title, source__sha256=sha256)
        if not videos.exists() and not images.exists():
            states = list(Video.objects.filter(title=title).values_list("status", "error_code"))
            yield f"{title} did not come in: {states}"
