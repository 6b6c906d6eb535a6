"""Which yt-dlp is found."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from processing.site_videos import tool
from processing.site_videos.tests.sites import instead


def test_the_installed_one_is_found_without_running_it() -> None:
    found = tool.find(None)
    assert found is not None
    assert not found.is_too_old


def test_another_one_is_found_in_a_folder_or_in_its_zip_file(tmp_path: Path) -> None:
    folder = instead(tmp_path, "", "2026.09.08")
    packed = tmp_path / "yt-dlp"
    with zipfile.ZipFile(packed, "w") as file:
        file.write(folder / "yt_dlp" / "version.py", "yt_dlp/version.py")
    packed.write_bytes(b"#!/usr/bin/env python3\n" + packed.read_bytes())
    for place in (folder, packed):
        found = tool.find(place)
        assert found is not None
        assert (found.version, found.released) == ("2026.09.08", date(2026, 9, 8))


@pytest.mark.parametrize("version", ["", "nonsense", "2026.13.45"])
def test_what_has_no_version_is_none(tmp_path: Path, version: str) -> None:
    assert tool.find(instead(tmp_path, "", version)) is None
    (tmp_path / "broken.zip").write_bytes(b"PK")
    assert tool.find(tmp_path / "broken.zip") is None
