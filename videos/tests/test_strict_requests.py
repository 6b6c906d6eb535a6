"""What nobody would read is refused with a code, and nothing that was meant is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import User
from config import body_guard
from processing.models import Run
from tests.whole import ask
from videos.models import Video
from videos.tests.test_api_videos import URL

JOBS = "/api/v1/jobs/"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def key(owner: User, transactional_db: None) -> str:
    return api_keys.issue(owner, name="test")[1]


def told(answer: Any) -> tuple[int, str, str]:
    """Status, code, and the field of the first error."""
    problem = answer.json()
    errors = problem.get("errors", [{"field": "-"}])
    return answer.status_code, problem["code"], errors[0]["field"]


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("tilte", "unknown_field"),
        ("status", "read_only"),
        ("id", "read_only"),
        ("", "unknown_field"),
    ],
)
def test_members_that_are_none_are_told_from_those_that_are_only_told(
    api: APIClient, video: Video, clip: Path, member: str, code: str
) -> None:
    changed = api.patch(f"{URL}{video.pk}/", {"title": "New", member: "x"}, format="json")
    assert told(changed) == (400, code, member)
    submitted = api.post(JOBS, {"video": str(video.pk), member: "x"}, format="json")
    assert told(submitted) == (400, code, member)
    hurried = api.patch(f"{JOBS}{Run.objects.get().pk}/", {"priority": 0, member: 1}, format="json")
    assert told(hurried) == (400, code, member)
    if member:
        file = SimpleUploadedFile("a.mp4", clip.read_bytes())
        assert told(api.post(URL, {"file": file, member: "x"})) == (400, code, member)
    assert Video.objects.get().title == "A clip"


def test_all_that_is_wrong_is_told_at_once(api: APIClient, video: Video) -> None:
    sent = {"visibility": "everyone", "tilte": "x", "moderation": "approved"}
    problem = api.patch(f"{URL}{video.pk}/", sent, format="json").json()
    assert problem["code"] == "invalid"
    assert {error["field"]: error["code"] for error in problem["errors"]} == {
        "visibility": "invalid_choice",
        "tilte": "unknown_field",
        "moderation": "read_only",
    }


def test_a_file_under_another_name_is_told_by_that_name(api: APIClient, clip: Path) -> None:
    file = SimpleUploadedFile("a.mp4", clip.read_bytes())
    problem = api.post(URL, {"video": file}).json()
    assert {error["field"] for error in problem["errors"]} == {"file", "video"}


def test_a_field_that_comes_twice_is_not_taken_once(api: APIClient, clip: Path) -> None:
    file = SimpleUploadedFile("a.mp4", clip.read_bytes())
    answer = api.post(URL, {"file": file, "title": ["a", "b"]})
    assert told(answer) == (400, "repeated_field", "title")


@pytest.mark.parametrize("value", [0, True, 1.5, None, [], {}, ["x"]])
def test_what_is_no_text_does_not_pass_for_one(api: APIClient, video: Video, value: object) -> None:
    for member in ("title", "description", "visibility"):
        answer = api.patch(f"{URL}{video.pk}/", {member: value}, format="json")
        assert told(answer)[0::2] == (400, member)
    assert told(api.post(JOBS, {"video": value}, format="json"))[0::2] == (400, "video")


@pytest.mark.parametrize("value", ["1", True, 0.5, None, 1e30, -1])
def test_what_is_no_number_does_not_pass_for_one(
    api: APIClient, video: Video, value: object
) -> None:
    run = Run.objects.get()
    answer = api.patch(f"{JOBS}{run.pk}/", {"priority": value}, format="json")
    assert told(answer)[0::2] == (400, "priority")


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "true", ""])
def test_a_body_that_is_no_object_is_told_so(api: APIClient, video: Video, body: str) -> None:
    answer = api.post(JOBS, body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        '{"title": "a", "title": "b"}',
        '{"title": NaN}',
        '{"title"',
        "\ufeff{}",
        '{"title": "\udcff"}',
        r'{"title": "\ud800"}',
        r'{"visibility": "\uDFFF"}',
        r'{"\ud83d": "x"}',
        r'{"title": "x", "list": [{"in": ["\ude00\ud83d"]}]}',
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(api: APIClient, video: Video, body: str) -> None:
    raw = body.encode("utf-8", "surrogateescape")
    answer = api.patch(f"{URL}{video.pk}/", raw, content_type="application/json")
    assert told(answer)[:2] == (400, "parse_error")


def test_a_whole_pair_of_surrogates_is_a_character(api: APIClient, video: Video) -> None:
    body = r'{"title": "\uD83D\ude00"}'
    answer = api.generic("PATCH", f"{URL}{video.pk}/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (200, "\U0001f600")


FORMS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]


@pytest.mark.parametrize("kind", FORMS)
def test_json_alone_is_taken_where_no_file_is_sent(api: APIClient, video: Video, kind: str) -> None:
    body = "title=x"
    for method, path in (
        ("PATCH", f"{URL}{video.pk}/"),
        ("POST", JOBS),
        ("PATCH", f"{JOBS}{Run.objects.get().pk}/"),
        ("POST", f"{URL}{video.pk}/cancel/"),
        ("DELETE", f"{URL}{video.pk}/"),
    ):
        answer = api.generic(method, path, body, content_type=kind)
        assert told(answer)[:2] == (415, "unsupported_media_type"), path
        assert answer["Content-Type"] == "application/problem+json"
        assert "application/json" in answer.json()["detail"]
    assert Video.objects.get().deleted_at is None


def test_an_upload_is_a_form_and_nothing_else(api: APIClient) -> None:
    for kind, body in (("application/json", "{}"), ("video/mp4", "x" * 100)):
        answer = api.generic("POST", URL, body, content_type=kind)
        assert told(answer)[:2] == (415, "unsupported_media_type")


def test_what_is_sent_where_nothing_is_taken_is_told(api: APIClient, ready_video: Video) -> None:
    run = Run.objects.get()
    sent = {"profile": "fast"}
    for method, path in (
        (api.post, f"{URL}{ready_video.pk}/reprocess/"),
        (api.post, f"{URL}{ready_video.pk}/cancel/"),
        (api.post, f"{JOBS}{run.pk}/retry/"),
        (api.post, f"{JOBS}{run.pk}/cancel/"),
        (api.post, "/api/v1/feed/ticket/"),
        (api.delete, f"{URL}{ready_video.pk}/"),
    ):
        assert told(method(path, sent, format="json")) == (400, "unknown_field", "profile"), path
        assert method(path, ["x"], format="json").status_code == 400
    assert Run.objects.count() == 1
    assert api.post(f"{URL}{ready_video.pk}/reprocess/", {}, format="json").status_code == 202


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("x=1", "unknown_parameter"),
        ("format=json", "unknown_parameter"),
        ("format=xml", "unknown_parameter"),
        ("Status=ready", "unknown_parameter"),
        ("page_size=0", "invalid"),
        ("page_size=-1", "invalid"),
        ("page_size=abc", "invalid"),
        ("page_size=101", "invalid"),
        ("page_size=1e1", "invalid"),
        ("page_size=%D9%A5", "invalid"),
        ("page_size=5&page_size=5", "repeated_parameter"),
        ("page_size=", "blank"),
        ("page_size=null", "invalid"),
        ("cursor=", "blank"),
        ("cursor=zzz", "bad_cursor"),
        ("status=ready&status=failed", "repeated_parameter"),
        ("status=", "blank"),
        ("status=x", "invalid_choice"),
        ("ordering=x", "invalid_choice"),
        ("ordering=id", "invalid_choice"),
        ("ordering=", "blank"),
        ("created_after=yesterday", "invalid"),
        ("created_before=9999-12-31T23:59:59-14:00", "invalid"),
        ("created_after=2026-01-01T00:00:00+01:00", "invalid"),
    ],
)
def test_parameters_are_read_or_refused(api: APIClient, query: str, code: str) -> None:
    for path in (URL, JOBS):
        answer = api.get(f"{path}?{query}")
        assert told(answer)[:2] == (400, code), path


def test_parameters_belong_to_their_address(api: APIClient, video: Video) -> None:
    run = Run.objects.get()
    for path in (
        f"{URL}{video.pk}/?status=ready",
        f"{URL}{video.pk}/status/?page_size=2",
        f"{URL}{video.pk}/jobs/?ordering=created_at",
        f"{JOBS}{run.pk}/?status=queued",
        "/api/v1/profiles/?page_size=2",
        "/api/v1/profiles/default/?x=1",
    ):
        assert told(api.get(path))[:2] == (400, "unknown_parameter"), path
    assert told(api.post(f"{URL}{video.pk}/cancel/?force=1"))[1] == "unknown_parameter"
    assert told(api.patch(f"{URL}{video.pk}/?title=x", {}, format="json"))[1] == "unknown_parameter"
    assert api.get(f"{URL}{video.pk}/jobs/?page_size=2").status_code == 200


@pytest.mark.parametrize("purge", ["yes", "null", "1", "", "true&purge=false", "tru"])
def test_a_video_is_purged_or_kept_only_on_a_plain_word(
    api: APIClient, video: Video, purge: str
) -> None:
    answer = api.delete(f"{URL}{video.pk}/?purge={purge}")
    assert answer.status_code == 400
    assert Video.objects.get().deleted_at is None
    assert Run.objects.get().status == Run.Status.QUEUED


async def _in_chunks(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 1000):
        yield content[at : at + 1000]


@pytest.mark.anyio
async def test_chunked_bodies_are_read_whatever_they_are_for(key: str, clip: Path) -> None:
    form = httpx.Request("POST", "http://x", files={"file": ("a.mp4", clip.read_bytes())})
    whole, kind = form.read(), {"Content-Type": form.headers["content-type"]}
    made = await ask("POST", URL, key=key, headers=kind, content=_in_chunks(whole))
    assert made.status_code == 201
    video, kind = made.json()["id"], {"Content-Type": "application/json"}
    for method, path, body, status in (
        ("PATCH", f"{URL}{video}/", b'{"title": "New"}', 200),
        ("PATCH", f"{URL}{video}/", b'{"tilte": "New"}', 400),
        ("POST", f"{URL}{video}/reprocess/", b'{"profile": "fast"}', 400),
        ("POST", JOBS, b'{"video": "%s", "priority": 0}' % video.encode(), 409),
        ("DELETE", f"{URL}{video}/", b'{"purge": true}', 400),
        ("DELETE", f"{URL}{video}/", b"", 204),
    ):
        answer = await ask(method, path, key=key, headers=kind, content=_in_chunks(body))
        assert answer.status_code == status, (method, path, answer.text)


@pytest.mark.anyio
async def test_both_spellings_of_an_address_are_one(
    key: str, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = {"file": ("a.mp4", clip.read_bytes())}
    made = await ask("POST", URL.rstrip("/"), key=key, files=upload)
    assert made.status_code == 201
    video = f"{URL}{made.json()['id']}"
    assert (await ask("GET", video, key=key)).json()["id"] == made.json()["id"]
    assert (await ask("GET", f"{video}/status", key=key)).status_code == 200
    changed = await ask("PATCH", video, key=key, json={"title": "New"})
    assert (changed.status_code, changed.json()["title"]) == (200, "New")
    assert (await ask("GET", "/api/v1/jobs?page_size=1", key=key)).status_code == 200
    assert (await ask("GET", "/api/v1/schema")).status_code == 200
    assert (await ask("GET", "/api/docs")).status_code == 200
    assert (await ask("POST", f"{video}/cancel", key=key)).status_code == 202
    assert (await ask("DELETE", video, key=key)).status_code == 204
    monkeypatch.setattr(body_guard, "FORM_BYTES", 10)
    again = await ask("POST", URL.rstrip("/"), key=key, files=upload)
    assert again.status_code == 201
    elsewhere = await ask("POST", JOBS.rstrip("/"), key=key, files=upload)
    assert told(elsewhere)[:2] == (413, "body_too_large")


@pytest.mark.anyio
async def test_a_compressed_body_is_refused_before_it_is_read(key: str) -> None:
    for method, path in (("POST", URL), ("PATCH", f"{URL}x/"), ("POST", JOBS)):
        answer = await ask(
            method, path, key=key, headers={"Content-Encoding": "gzip"}, content=b"x"
        )
        assert told(answer)[:2] == (415, "unsupported_media_type")
    plain = {"Content-Encoding": "identity", "Content-Type": "application/json"}
    assert (await ask("POST", JOBS, key=key, headers=plain, content=b"{}")).status_code == 400
