"""`import_file` that is killed while it stores: the next run imports once, and nothing is left."""

from __future__ import annotations

import os
import secrets
import signal
import struct
from pathlib import Path

import pytest
from PIL import Image as Pillow

from tests.keeping.conftest import Place
from tests.keeping.programs import ROUNDS

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(400)]

_OWNER = """
from accounts.models import User
User.objects.create_user("a@example.com", "a long password")
"""
_KILLED = """
import os, signal
from unittest.mock import patch
from django.core.management import call_command
from videos.storage.disk import DiskStorage
put, left = DiskStorage.put_file, [{after}]
def killed(storage, key, path, **told):
    if not left[0]:
        if {whole}:
            put(storage, key, path, **told)
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    put(storage, key, path, **told)
with patch.object(DiskStorage, "put_file", killed):
    call_command("import_file", {path!r}, owner="a@example.com")
"""
_LEASE_OVER = """
from django.db.models.functions import Now
from videos.models import IdempotencyKey
print(IdempotencyKey.objects.update(held_until=Now()))
"""
_COUNTS = """
from videos.models import Image, StoredObject, Upload, Video
print([list(Video.objects.values_list("title", flat=True).order_by("title")), Image.objects.count(),
       Upload.objects.filter(finished_at=None).count(),
       StoredObject.objects.exclude(state="stored").count()])
"""


@pytest.fixture
def folder(clip: Path, tmp_path: Path) -> Path:
    """A folder with two videos and an image."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4"):
        noise = secrets.token_bytes(64)
        box = struct.pack(">I4s", len(noise) + 8, b"free") + noise
        (folder / name).write_bytes(clip.read_bytes() + box)
    Pillow.new("RGB", (64, 48), "teal").save(folder / "c.jpg", "JPEG")
    return folder


@pytest.mark.parametrize(("after", "whole"), [(0, False), (1, True), (4, True)])
def test_the_next_run_imports_once(place: Place, folder: Path, after: int, whole: bool) -> None:
    """It is killed before its first object is stored, after its second (of the other video), or
    after its fifth, which is the image's last: the row is not written yet."""
    place.shell(_OWNER)
    killed = place.start(
        "shell", "-v0", "-c", _KILLED.format(after=after, whole=whole, path=str(folder))
    )
    assert killed.wait(60) == -signal.SIGKILL
    assert int(place.shell(_LEASE_OVER)) > 0
    for _ in range(2):
        place.manage("import_file", str(folder), "--owner", "a@example.com")
    for left in (place.data / "uploads").iterdir():
        os.utime(left, (1, 1))  # days pass
    place.shell(ROUNDS)
    assert place.shell(_COUNTS) == "[['a', 'b'], 1, 0, 0]\n"
    assert place.manage("fsck", "--deep") == "Rows and objects agree.\n"
    assert [one for one in (place.data / "uploads").iterdir() if one.name != ".place"] == []
