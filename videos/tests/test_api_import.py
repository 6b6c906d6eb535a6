"""Imports by URL through the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts.models import User
from processing.models import Run, Task
from tests.bad_server import BadServer, serving, whole
from tests.networks import LOOPBACK
from videos.models import Upload, Video

URL = "/api/v1/videos/import/"
BATCH = f"{URL}batch/"
FILE = "https://media.example.com/sea.mp4?token=secret"

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: LazySettings, clip: Path) -> Iterator[BadServer]:
    """A server with the clip."""
    settings.FETCH_PRIVATE = LOOPBACK
    with serving() as server:
        server.at("/sea.mp4", whole(clip.read_bytes()))
        yield server


def _import(api: APIClient, **members: Any) -> Any:
    return api.post(URL, {"url": FILE, **members}, format="json")


def test_it_is_answered_at_once_with_the_video_and_its_job(api: APIClient) -> None:
    answer = _import(api, title="By the sea", visibility="unlisted", tags=["sea"])
    assert answer.status_code == 202
    told = answer.json()
    assert told["video"]["title"] == "By the sea"
    assert told["video"]["status"] == "uploading"
    assert told["video"]["source"] is None
    assert told["video"]["progress"]["download"] == {
        "received": 0,
        "size": None,
        "bytes_a_second": None,
        "eta_seconds": None,
    }
    assert answer["Location"].endswith(f"/videos/{told['video']['id']}/")
    job = api.get(f"/api/v1/jobs/{told['job']['id']}/").json()
    assert (job["video"], job["status"]) == (told["video"]["id"], "queued")
    assert [task["kind"] for task in job["tasks"]] == ["fetch"]
    assert job["progress"]["download"] is not None
    assert "secret" not in str(told) + str(job)


def test_progress_tells_bytes_speed_and_time(api: APIClient) -> None:
    video = _import(api).json()["video"]["id"]
    Upload.objects.update(received=250, size=1000, bytes_a_second=50)
    Task.objects.update(
        state="running",
        token="01a1fb70-14f7-744f-a1d9-38cfbcd81bd5",
        lease_until="2100-01-01T00:00:00Z",
    )
    told = api.get(f"/api/v1/videos/{video}/status/").json()["progress"]
    assert told["stage"] == "downloading"
    assert told["download"] == {
        "received": 250,
        "size": 1000,
        "bytes_a_second": 50,
        "eta_seconds": 15,
    }


@pytest.mark.django_db(transaction=True)
def test_it_becomes_ready(api: APIClient, server: BadServer, work_off: Callable[[], None]) -> None:
    video = _import(api, url=server.url("/sea.mp4")).json()["video"]["id"]
    work_off()
    told = api.get(f"/api/v1/videos/{video}/").json()
    assert (told["status"], told["title"]) == ("ready", "sea")
    assert told["source"]["filename"] == "sea.mp4"
    assert told["progress"]["download"] is None


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"url": "ftp://example.com/a"}, "url", "fetch_bad_url"),
        ({"url": "http://127.0.0.1/a"}, "url", "fetch_forbidden_address"),
        ({"url": f"https://example.com/{'a' * 2000}"}, "url", "fetch_bad_url"),
        ({"url": 5}, "url", "invalid"),
        ({"sha256": "abc"}, "sha256", "invalid"),
        ({"type": "song"}, "type", "invalid_choice"),
        ({"source": "sea"}, "source", "invalid_choice"),
        ({"status": "ready"}, "status", "read_only"),
        ({"nonsense": 1}, "nonsense", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(
    api: APIClient, members: dict[str, Any], field: str, code: str
) -> None:
    answer = _import(api, **members)
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
    assert Video.objects.count() == 0


def test_who_may_not_upload_may_not_import(api: APIClient, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(can_upload=False)
    assert _import(api).json()["code"] == "upload_not_allowed"
    answer = api.post(BATCH, {"items": [{"url": FILE}]}, format="json")
    assert answer.json()["code"] == "upload_not_allowed"


def test_each_item_of_a_batch_is_answered_by_itself(api: APIClient) -> None:
    items: list[Any] = [
        {"url": FILE, "external_id": "a"},
        {"url": "http://10.0.0.1/"},
        {"url": FILE, "external_id": "a"},
        "nonsense",
        {"url": FILE, "profile": "unheard-of"},
        {"url": FILE},
    ]
    answer = api.post(BATCH, {"items": items}, format="json")
    assert answer.status_code == 200
    told = answer.json()["items"]
    assert [(one["status"], one["code"]) for one in told] == [
        (202, None),
        (400, "fetch_forbidden_address"),
        (409, "external_id_taken"),
        (400, "invalid"),
        (400, "profile_unknown"),
        (202, None),
    ]
    assert {one["video"] for one in told} - {None} == {
        str(pk) for pk in Video.objects.values_list("pk", flat=True)
    }
    assert Run.objects.count() == 2


@pytest.mark.parametrize("items", [[], [{"url": FILE}] * 101, "x", None])
def test_a_batch_has_1_to_100_items(api: APIClient, items: Any) -> None:
    assert api.post(BATCH, {"items": items}, format="json").status_code == 400
    assert Video.objects.count() == 0


def test_canceling_closes_the_upload(api: APIClient) -> None:
    video = _import(api).json()["video"]["id"]
    assert api.post(f"/api/v1/videos/{video}/cancel/").status_code == 202
    upload = Upload.objects.get()
    assert upload.finished_at is not None
    assert "secret" not in str(upload.settings)
    assert Run.objects.get().status == "canceled"


def test_deleting_stops_the_import(api: APIClient) -> None:
    video = _import(api).json()["video"]["id"]
    assert api.delete(f"/api/v1/videos/{video}/?purge=true").status_code == 204
    assert Upload.objects.count() == 0
    assert Task.objects.count() == 0


PAGE = "https://www.films.example/watch?v=7"


def test_a_page_of_a_site_is_imported_if_its_host_is_allowed(
    api: APIClient, settings: LazySettings
) -> None:
    settings.SITE_HOSTS = ("films.example",)
    clip = {"start": 1, "end": 2}
    told = _import(api, url=PAGE, source="site", clip=clip, tags=["sea"])
    assert told.status_code == 202, told.json()
    assert told.json()["video"]["title"] == "Video from www.films.example"
    upload = Upload.objects.get()
    assert (upload.protocol, upload.origin_url) == ("site", PAGE)
    assert upload.video is not None
    assert (upload.video.clip_start, upload.video.clip_end) == (1, 2)


@pytest.mark.parametrize(
    ("hosts", "members", "field", "code"),
    [
        ((), {"url": PAGE}, "source", "site_imports_off"),
        (("films.example",), {"url": "https://films.example.org/"}, "url", "site_not_allowed"),
        (("films.example",), {"url": "https://xfilms.example/"}, "url", "site_not_allowed"),
        (("films.example",), {"url": "https://films.example@a.test/"}, "url", "site_not_allowed"),
        (("films.example",), {"url": "ytsearch:sea"}, "url", "fetch_bad_url"),
        (("films.example",), {"url": PAGE, "type": "image"}, "source", "unknown_field"),
    ],
)
def test_a_page_is_refused_with_a_reason(
    api: APIClient,
    settings: LazySettings,
    hosts: tuple[str, ...],
    members: dict[str, str],
    field: str,
    code: str,
) -> None:
    settings.SITE_HOSTS = hosts
    answer = _import(api, source="site", **members)
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
    assert Video.objects.count() == 0
