"""Files and folders that the operator imports."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from videos.models import Video


def _import(owner: User, *arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_file", *map(str, arguments), owner=owner.email, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def folder(clip: Path, tmp_path: Path) -> Path:
    """A folder with two media files, one of them deeper, and another file."""
    (tmp_path / "deeper").mkdir()
    shutil.copy(clip, tmp_path / "a.mp4")
    (tmp_path / "deeper" / "B.MKV").write_bytes(clip.read_bytes() + b"more")
    (tmp_path / "notes.txt").write_text("no video")
    return tmp_path


def test_a_folder_is_imported_with_its_settings(owner: User, folder: Path) -> None:
    out, _ = _import(owner, folder, "--start", 1, "--end", 2, "--visibility", "unlisted")
    assert len(out.split()) == 2
    rows = Video.objects.values_list("title", "visibility", "clip_start", "clip_end")
    assert set(rows) == {("a", "unlisted", 1.0, 2.0), ("B", "unlisted", 1.0, 2.0)}


def test_it_goes_on_where_it_was_stopped(owner: User, folder: Path) -> None:
    _import(owner, folder / "a.mp4")
    out, err = _import(owner, folder)
    assert (len(out.split()), err.count("is there already")) == (1, 1)
    assert Video.objects.count() == 2
    _import(owner, folder / "a.mp4")
    assert Video.objects.count() == 3


def test_a_bad_file_stops_no_other(owner: User, folder: Path) -> None:
    (folder / "a0.mp4").touch()
    with pytest.raises(CommandError, match=r"a0\.mp4 is empty"):
        _import(owner, folder, folder / "deeper")
    assert Video.objects.count() == 2


def test_a_dry_run_imports_nothing(owner: User, folder: Path) -> None:
    _, err = _import(owner, folder, "--dry-run")
    assert err.count("would be imported") == 2
    assert not Video.objects.exists()
