"""move_storage is killed again and again, and begun again: everything arrives as it was."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.keeping.conftest import Place
from tests.keeping.programs import keep
from tests.servers.s3 import S3

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(500)]

_SUMS = """
import hashlib
from videos import keys
from videos.storage import originals, outputs
for name, storage in (("originals", originals()), ("outputs", outputs())):
    for one in storage.list_prefix(""):
        # What was killed while it wrote a file leaves a part, which is swept when it is a day old.
        if not keys.is_housekeeping(one.key) and not one.key.endswith(".part"):
            digest = hashlib.sha256(b"".join(storage.blocks(one.key))).hexdigest()
            print(name, one.key, one.size, digest)
"""


def _reaches(count: Callable[[], int], wanted: int) -> bool:
    return count() >= wanted


@pytest.mark.parametrize("way", ["to a bucket", "to a disk"])
def test_killed_at_any_moment_it_goes_on(
    way: str,
    new_place: Callable[..., Place],
    kill_when: Callable[..., bool],
    moto_server: S3,
    tmp_path: Path,
) -> None:
    bucket = {**moto_server.environment, "S3_PREFIX": way.replace(" ", "-")}
    client = moto_server.client()

    def arrived() -> int:
        if way == "to a disk":
            return len(list((place.data / "media" / "outputs").glob("releases/*/*/*/*")))
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket=moto_server.bucket, Prefix=f"{bucket['S3_PREFIX']}/outputs/releases/"
        )
        return sum(len(page.get("Contents", [])) for page in pages)

    if way == "to a bucket":
        place = new_place()
        moving = {**bucket, "OLD_MEDIA": str(place.data / "media")}
        after = bucket
    else:
        place = new_place(**bucket)
        moving = {f"OLD_{name}": value for name, value in bucket.items()}
        after = {}
    place.shell(keep(videos=2, chunks=60, size=20_000))
    before = place.shell(_SUMS)
    on_the_way = replace(place, environment=moving)
    for wanted in (5, 40, 90):
        assert kill_when(on_the_way, "move_storage", when=partial(_reaches, arrived, wanted))
        assert on_the_way.shell(_SUMS) == before
    assert "Everything is in the new place" in on_the_way.manage("move_storage")
    assert "0 copied" in on_the_way.manage("move_storage")
    arrived_at = replace(place, environment=after)
    assert arrived_at.shell(_SUMS) == before
    assert arrived_at.manage("fsck", "--deep").endswith("Rows and objects agree.\n")
    removed = on_the_way.manage("move_storage", "--remove-source")
    assert re.search(r"126 objects deleted in the old place", removed)
    assert arrived_at.shell(_SUMS) == before


def test_an_old_folder_that_is_not_mounted_stops_the_start(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    moving = replace(place, environment={"OLD_MEDIA": str(folder)})
    assert "is it mounted?" in moving.manage("check", code=1)
    same = replace(place, environment={"OLD_MEDIA": str(place.data / "media")})
    (place.data / "media").mkdir()
    assert "names the storage that is in use" in same.manage("check", code=1)
    shutil.rmtree(place.data / "media")
