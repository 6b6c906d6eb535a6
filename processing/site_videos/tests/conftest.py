"""A site on this machine, and attempts at its videos."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.conf import LazySettings

from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.site_videos.download import Download, SiteVideo
from tests.bad_server import BadServer, serving


@pytest.fixture
def site(settings: LazySettings) -> Iterator[BadServer]:
    """A site that is allowed although it is on this machine; no other address of it is."""
    settings.FETCH_PRIVATE, settings.SITE_HOSTS = (ip_network("127.0.0.1/32"),), ("127.0.0.1",)
    with serving() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The empty folder of an attempt."""
    folder = tmp_path / "attempt"
    folder.mkdir()
    return folder


@pytest.fixture
def fetch(folder: Path) -> Callable[..., SiteVideo]:
    """Fetch the video of a page."""

    def fetch(url: str, **options: object) -> SiteVideo:
        known: dict[str, object] = {
            "most_bytes": 10**8,
            "should_stop": lambda: None,
            "report": lambda speed: None,
            "make_room": lambda count: None,
        }
        return Download(url, folder, FFmpeg(), **{**known, **options}).run()  # type: ignore[arg-type]  # of many kinds

    return fetch
