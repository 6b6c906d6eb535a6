"""fsck killed in the middle of its repair loses nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.keeping.conftest import Place
from tests.keeping.programs import keep
from tests.servers.s3 import S3

pytestmark = pytest.mark.thorough


def _make_old(folder: Path) -> None:
    then = time.time() - 2 * 86_400
    for path in folder.rglob("*"):
        if path.name != "installation.json":
            os.utime(path, (then, then))


def test_killed_on_disk_everything_is_in_one_place_and_comes_back(
    place: Place, kill_when: Callable[..., bool]
) -> None:
    place.shell(keep(videos=2, orphans=3000))
    before = place.files()
    media = place.data / "media"
    _make_old(media)
    quarantine = media / "outputs" / "quarantine"

    def aside() -> int:
        return len(list(quarantine.glob("*/objects/releases/*/*/*/*")))

    for wanted in (1, 400, 1400):
        assert kill_when(place, "fsck", "--repair", when=partial(_reaches, aside, wanted))
        left = {p for p in place.files() if "/quarantine/" not in p}
        assert aside() + len(left) == len(before)
    place.manage("fsck", "--repair", code=1)
    place.manage("fsck")
    assert len([p for p in place.files() if "/quarantine/" not in p]) == len(before) - 3000
    assert "3000 restored, 0 left" in place.manage("fsck", "--restore-quarantine")
    assert place.files() == before


@pytest.mark.timeout(300)
def test_killed_in_a_bucket_nothing_is_gone(
    new_place: Callable[..., Place], kill_when: Callable[..., bool], moto_server: S3
) -> None:
    place = new_place(**moto_server.environment, S3_PREFIX="killed")
    place.shell(keep(orphans=60))
    client = moto_server.client()

    def keys() -> set[str]:
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket=moto_server.bucket, Prefix="killed/outputs/"
        )
        return {item["Key"] for page in pages for item in page.get("Contents", [])}

    before = keys()

    def aside() -> int:
        return sum("/objects/" in key for key in keys())

    assert kill_when(place, "shell", "-v0", "-c", _REPAIR, when=partial(_reaches, aside, 10))
    now = keys()
    for key in before:
        assert any(one.endswith(key.removeprefix("killed/outputs/")) for one in now), key
    place.shell(_REPAIR)
    assert len([key for key in keys() if "/quarantine/" not in key]) == len(before) - 60
    place.manage("fsck", "--restore-quarantine")
    assert before <= keys()


def _reaches(count: Callable[[], int], wanted: int) -> bool:
    return count() >= wanted


# Nothing in the stand-in of a bucket can be made old.
_REPAIR = """
from datetime import timedelta
from django.core.management import call_command
from videos.inventory import comparing
comparing.YOUNG = timedelta(seconds=-60)
try:
    call_command("fsck", repair=True)
except SystemExit:
    pass
"""
