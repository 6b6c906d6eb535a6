"""What lies in the storage of a product on disk, and what its rows say."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from tests.servers.app import Vodloom

_LISTED = """
from django.apps import apps
from videos.models import Chunk, Release, Rendition, Source
pictures = apps.all_models["videos"].get("picture")
print("originals", *Source.objects.values_list("key", flat=True))
print("outputs", *Chunk.objects.values_list("key", flat=True),
      *(pictures.objects.values_list("key", flat=True) if pictures else ()),
      *(key for name in ("poster_key", "small_poster_key") if hasattr(Release, name)
        for key in Release.objects.exclude(**{name: ""}).values_list(name, flat=True)),
      *Rendition.objects.exclude(download_key="").values_list("download_key", flat=True))
"""
_ACTIVE = """
from processing.models import Task
print(Task.objects.filter(state__in=Task.OPEN).count())
"""
_DAYS = 9
_DAYS_PASS = f"""
from datetime import timedelta
from django.db.models import F
from videos.models import Installation, Release, Source, StoredObject
then = timedelta(days={_DAYS})
Installation.objects.update(adopted_at=F("adopted_at") - 2 * then)
Release.objects.update(created_at=F("created_at") - then, completed_at=F("completed_at") - then)
Source.objects.update(created_at=F("created_at") - then)
StoredObject.objects.update(delete_after=F("delete_after") - then)
"""
# A reconciler of an hour ago: only then what has no row is looked for.
_LOOK_FOR_UNKNOWN = """
import time
from videos.models import Walk
from videos.objects.unknown import Search
Walk.objects.all().delete()
Search().step(time.monotonic() + 3600)
"""


def listed(vodloom: Vodloom) -> set[Path]:
    """The files that rows point at."""
    said = vodloom.manage("shell", "--verbosity", "0", "-c", _LISTED)
    found = set()
    for line in said.splitlines():
        storage, *keys = line.split()
        found |= {vodloom.data / "media" / storage / key for key in keys}
    return found


def files(vodloom: Vodloom) -> set[Path]:
    """The files that belong to videos."""
    media = vodloom.data / "media"
    own = {"installation.json", "doctor"}
    found = (path for path in media.rglob("*") if path.is_file())
    return {path for path in found if path.relative_to(media).parts[1] not in own}


def let_days_pass(vodloom: Vodloom) -> None:
    """So that whatever is only kept for a time is due; then two passes of the reconciler.

    What an attempt of the old processes stored and no row names, is found by listing only.
    """
    vodloom.manage("shell", "--verbosity", "0", "-c", _DAYS_PASS)
    for path in files(vodloom):
        with suppress(FileNotFoundError):  # a reconciler works beside us
            then = path.stat().st_mtime - _DAYS * 86_400
            os.utime(path, (then, then))
    for _ in range(2):
        vodloom.manage("shell", "--verbosity", "0", "-c", _LOOK_FOR_UNKNOWN)
        vodloom.manage("reconcile")


def wait_for_tasks(vodloom: Vodloom) -> None:
    """Until nobody works on anything, also not on what is made after ``ready``."""
    until = time.monotonic() + 120
    while (said := vodloom.manage("shell", "--verbosity", "0", "-c", _ACTIVE).strip()) != "0":
        assert time.monotonic() < until, f"{said} tasks are still active"
        time.sleep(1)
