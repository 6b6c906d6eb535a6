"""The doctor on imports from sites."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from processing.health import sites
from processing.site_videos.tests.sites import instead


def _codes() -> list[str]:
    return [found.code for found in sites.imports_from_sites() if not found.ok]


@pytest.fixture(autouse=True)
def _allowed(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SITE_HOSTS = ("films.example",)
    monkeypatch.setattr(sites, "_has_walls", lambda: True)


def test_it_tells_the_version_and_the_sites() -> None:
    [found] = sites.imports_from_sites()
    assert found.detail.startswith("yt-dlp 20")
    assert "for films.example" in found.detail


def test_nothing_is_looked_for_where_no_site_is_allowed(settings: LazySettings) -> None:
    settings.SITE_HOSTS = ()
    settings.YT_DLP = Path("/nothing")
    [found] = sites.imports_from_sites()
    assert (found.ok, "off" in found.detail) == (True, True)


def test_it_is_missed(settings: LazySettings, tmp_path: Path) -> None:
    settings.YT_DLP = tmp_path
    assert _codes() == ["yt_dlp_missing"]


@pytest.mark.parametrize(
    ("version", "codes"),
    [("2024.01.02", ["yt_dlp_too_old"]), ("2025.12.01", ["yt_dlp_aged"]), ("2099.01.01", [])],
)
def test_its_age_is_judged(
    settings: LazySettings, tmp_path: Path, version: str, codes: list[str]
) -> None:
    settings.YT_DLP = instead(tmp_path, "", version)
    assert _codes() == codes


def test_cookies_that_are_not_there_are_missed(settings: LazySettings, tmp_path: Path) -> None:
    settings.YT_DLP = instead(tmp_path, "", "2099.01.01")
    settings.SITE_COOKIES = tmp_path / "cookies.txt"
    assert _codes() == ["site_cookies_missing"]
    settings.SITE_COOKIES.touch()
    assert _codes() == []


def test_youtube_needs_javascript_and_all_sites_need_walls(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.YT_DLP = instead(tmp_path, "", "2099.01.01")
    settings.SITE_HOSTS = ("youtube.com",)
    monkeypatch.setattr(sites, "_PATH", str(tmp_path))
    monkeypatch.setattr(sites, "_has_walls", lambda: False)
    assert _codes() == ["javascript_runtime_missing", "site_program_without_walls"]
