"""What lies in the storage of a product on disk, and what its rows say."""

from __future__ import annotations

from pathlib import Path

from tests.servers.app import Vodloom

_LISTED = """
from videos.models import Chunk, Release, Rendition, Source
print("originals", *Source.objects.values_list("key", flat=True))
print("outputs", *Chunk.objects.values_list("key", flat=True),
      *Release.objects.exclude(poster_key="").values_list("poster_key", flat=True),
      *Rendition.objects.exclude(download_key="").values_list("download_key", flat=True))
"""
_DAYS_PASS = """
from datetime import timedelta
from django.db.models import F
from videos.models import Release, Source
then = timedelta(days=9)
Release.objects.update(created_at=F("created_at") - then, completed_at=F("completed_at") - then)
Source.objects.update(created_at=F("created_at") - then)
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
    """So that whatever is only kept for a time is due; then two passes of the reconciler."""
    vodloom.manage("shell", "--verbosity", "0", "-c", _DAYS_PASS)
    for _ in range(2):
        vodloom.manage("reconcile")
