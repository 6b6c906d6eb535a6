"""A job fetches the video of a page, and goes on with it as with an upload."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts.models import User
from processing import services as processing
from processing.models import Run
from processing.pipeline import work
from processing.pipeline.claim import claim
from processing.site_videos.tests.sites import GETS, instead
from tests.bad_server import Asked, BadServer, Wire, serving, whole
from tests.networks import LOOPBACK
from videos.ingest import imports
from videos.ingest.settings import Clip, VideoSettings
from videos.models import StoredObject, Upload, Video
from videos.pages import provenance
from videos.storage import originals

Begin = Callable[..., tuple[Upload, Run]]


@pytest.fixture
def site(settings: LazySettings, tmp_path: Path) -> Iterator[BadServer]:
    """A site that is allowed, and a program that fetches from it in the place of yt-dlp."""
    settings.FETCH_PRIVATE, settings.SITE_HOSTS = LOOPBACK, ("127.0.0.1",)
    settings.YT_DLP = instead(tmp_path, GETS)
    with serving() as server:
        yield server


@pytest.fixture
def begun(owner: User, site: BadServer, clip: Path) -> Begin:
    """Begin to import the video of a page."""
    site.at("/film", whole(clip.read_bytes()))

    def begin(path: str = "/film?v=7", **options: str) -> tuple[Upload, Run]:
        sha256 = options.pop("sha256", "")
        wanted = VideoSettings(**options)  # type: ignore[arg-type]  # of many kinds
        kind = Upload.Protocol.SITE
        return imports.start(owner, site.url(path), wanted, protocol=kind, sha256=sha256)

    return begin


@pytest.mark.django_db(transaction=True)
def test_the_video_of_a_page_becomes_ready_and_says_where_it_came_from(
    begun: Begin,
    site: BadServer,
    work_off: Callable[[], None],
    clip: Path,
    leftovers: Callable[[], list[Path]],
) -> None:
    upload, run = begun()
    video = Video.objects.get(upload=upload)
    assert (video.status, video.title) == ("uploading", "Video from 127.0.0.1")
    work_off()
    video.refresh_from_db()
    upload.refresh_from_db()
    run.refresh_from_db()
    assert (video.status, run.status, video.title) == ("ready", "succeeded", "Sea / lake")
    assert video.source is not None
    source, page = video.source, site.url("/film?v=7")
    assert (source.origin, source.origin_url, source.filename) == ("site", page, "Sea - lake.mp4")
    assert source.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert originals().object_size(source.key) == clip.stat().st_size
    told = {"source": "site", "site": "127.0.0.1", "uploader": "Ann", "page": page}
    assert video.provenance == source.provenance == told
    assert provenance.facts(video) == [
        ("Imported from", "127.0.0.1"),
        ("Published by", "Ann"),
        ("Page", page),
    ]
    assert "url" not in upload.settings
    assert leftovers() == []


@pytest.mark.django_db(transaction=True)
def test_its_clip_and_its_title_are_those_of_the_request(
    begun: Begin, work_off: Callable[[], None]
) -> None:
    upload, _ = begun(title="Mine", clip=Clip(0.5, 1.5))
    work_off()
    video = Video.objects.get(upload=upload)
    assert (video.status, video.title) == ("ready", "Mine")
    assert video.release is not None
    assert video.release.duration == pytest.approx(1.0, abs=0.1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "options", "code"),
    [("/film", {"sha256": "0" * 64}, "fetch_checksum_mismatch"), ("/none", {}, "site_failed")],
)
def test_what_cannot_be_fetched_fails_with_its_code(
    begun: Begin,
    work_off: Callable[[], None],
    leftovers: Callable[[], list[Path]],
    path: str,
    options: dict[str, str],
    code: str,
) -> None:
    upload, run = begun(path, **options)
    work_off()
    video = Video.objects.get(upload=upload)
    run.refresh_from_db()
    upload.refresh_from_db()
    assert (video.status, video.error_code, run.error_code) == ("failed", code, code)
    assert (upload.error_code, upload.finished_at is None) == (code, False)
    assert leftovers() == []


@pytest.mark.django_db(transaction=True)
def test_how_far_it_is_stands_in_the_upload_and_canceling_leaves_nothing(
    begun: Begin,
    site: BadServer,
    settings: LazySettings,
    leftovers: Callable[[], list[Path]],
) -> None:
    settings.TASK_HEARTBEAT_SECONDS = 0.1
    upload, run = begun("/slow")
    video = Video.objects.get(upload=upload)
    seen: list[tuple[int, int | None]] = []

    def cancel(asked: Asked, wire: Wire) -> None:
        wire.answer(200, b"\0" * 5000, length=10**6)
        while not seen or not seen[-1][0]:
            wire.wait(0.05)
            upload.refresh_from_db()
            seen.append((upload.received, upload.size))
        processing.cancel(video)
        connection.close()
        wire.wait(30)

    site.at("/slow", cancel)
    task = claim("ingest", worker="me")
    assert task is not None
    work.work_on(task)
    video.refresh_from_db()
    run.refresh_from_db()
    assert seen[-1] == (5000, 10**6)
    assert (video.status, run.status) == ("canceled", "canceled")
    assert leftovers() == []
    assert set(StoredObject.objects.values_list("state", flat=True)) == {"deleting"}
